package dev.tenon.collectives.mpi;

/**
 * What differs between MPI libraries to who calls them: the values behind the names of MPI's header. Handles are pointers in
 * Open MPI and in the standard ABI and 32-bit numbers in MPICH; all are passed in eight bytes here, of which MPICH reads the
 * lower four.
 *
 * @param name of the kind, for people
 * @param serialized the level at which one thread at a time may call
 * @param multiple the level at which all may
 */
record MpiAbi(
        String name,
        long commWorld,
        long typeByte,
        long errorsReturn,
        long inPlace,
        long statusIgnore,
        int anySource,
        int serialized,
        int multiple) {

    /** MPI 5.0, chapter 20. */
    static final MpiAbi STANDARD = new MpiAbi("the standard ABI", 0x101, 0x247, 0x143, 1, 0, -1, 2048, 4096);

    /** The ABI that MPICH and its relatives (Intel MPI, MVAPICH, Cray MPICH) agreed on. */
    static final MpiAbi MPICH = new MpiAbi("MPICH", 0x4400_0000, 0x4c00_010d, 0x5400_0001, -1, 1, -2, 2, 3);

    /** Open MPI's predefined handles are addresses of variables. */
    static MpiAbi openMpi(long commWorld, long typeByte, long errorsReturn) {
        return new MpiAbi("Open MPI", commWorld, typeByte, errorsReturn, 1, 0, -1, 2, 3);
    }
}
