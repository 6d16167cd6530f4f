package dev.tenon.cuda.blas;

import dev.tenon.error.NativeCallException;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Finds cuBLAS on the machine. */
final class BlasLibraryNative {
    private static final int NEWEST = 13;
    private static final int JCUBLAS = 12;
    private static final int OLDEST = 11;

    /** Where the toolkit's installer leaves a link, if nobody told the system's loader. */
    private static final String TOOLKIT = "/usr/local/cuda/lib64/";

    private BlasLibraryNative() {}

    /**
     * The newest library that the driver can run and that has all functions.
     *
     * @param file a library's file, which is taken instead, or empty
     * @param driver 1000 * major + 10 * minor of the CUDA version that the driver is for
     */
    static BlasLibrary find(String file, int driver, BlasUse use) {
        if (!file.isEmpty()) {
            return lookup(file)
                    .map(found -> open(found, file, driver, use))
                    .orElseGet(() -> new BlasLibrary.Absent(file + " cannot be loaded"));
        }
        String why = "";
        for (int major = Math.min(NEWEST, driver / 1000); major >= OLDEST; major--) {
            String name = soname(major);
            Optional<SymbolLookup> library = lookup(name).or(() -> lookup(TOOLKIT + name));
            if (library.isPresent()) {
                switch (open(library.get(), name, driver, use)) {
                    case BlasLibrary.Found found -> {
                        return found;
                    }
                    case BlasLibrary.Absent(String reason) -> why += why.isEmpty() ? reason : "; " + reason;
                }
            }
        }
        for (int major = NEWEST; why.isEmpty() && major > driver / 1000; major--) {
            if (lookup(soname(major)).isPresent()) {
                why = soname(major) + " needs a newer driver than one for " + cuda(driver);
            }
        }
        return new BlasLibrary.Absent(why.isEmpty() ? "there is no libcublas.so.13, .12 or .11 on this machine" : why);
    }

    private static String soname(int major) {
        return "libcublas.so." + major;
    }

    private static BlasLibrary open(SymbolLookup cublas, String name, int driver, BlasUse use) {
        try {
            CublasNative.Version version = CublasNative.version(cublas);
            if (version.major() < OLDEST || version.major() > NEWEST) {
                return new BlasLibrary.Absent(name + " is version " + version + "; 11, 12 and 13 are known");
            }
            if (version.major() > driver / 1000) {
                return new BlasLibrary.Absent(
                        name + " is version " + version + " and needs a newer driver than one for " + cuda(driver));
            }
            Optional<SymbolLookup> lt = lookupLt(name, version.major());
            return lt.isEmpty()
                    ? new BlasLibrary.Absent("there is no libcublasLt.so." + version.major() + " beside " + name)
                    : new BlasLibrary.Found(open(cublas, lt.get(), version), use);
        } catch (NoSuchElementException e) {
            return new BlasLibrary.Absent(name + " has no function " + e.getMessage());
        } catch (NativeCallException e) {
            return new BlasLibrary.Absent(name + ": " + e.getMessage());
        }
    }

    /** By way of JCublas2 where that is for this version and loads; the library's description says which it is. */
    private static Blas open(SymbolLookup cublas, SymbolLookup lt, CublasNative.Version version) {
        if (version.major() == JCUBLAS) {
            try {
                return new JCublasNative(cublas, lt);
            } catch (LinkageError e) {
                return new CublasNative(cublas, lt);
            }
        }
        return new CublasNative(cublas, lt);
    }

    /** cuBLAS has loaded it already, so its name alone is enough for the loader; beside a file it is looked for by path. */
    private static Optional<SymbolLookup> lookupLt(String name, int major) {
        String lt = "libcublasLt.so." + major;
        if (name.indexOf(File.separatorChar) >= 0) {
            Path folder = Path.of(name).toAbsolutePath().getParent();
            return lookup(folder + File.separator + lt).or(() -> lookup(lt));
        }
        return lookup(lt);
    }

    private static Optional<SymbolLookup> lookup(String name) {
        try {
            return Optional.of(
                    name.indexOf(File.separatorChar) >= 0
                            ? SymbolLookup.libraryLookup(Path.of(name), Arena.global())
                            : SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String cuda(int driver) {
        return "CUDA " + driver / 1000 + "." + driver % 1000 / 10;
    }
}
