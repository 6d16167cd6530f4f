package dev.tenon.collectives.tcp;

import dev.tenon.error.CommunicatorException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What a rank says first on a connection, in 64 bytes.
 *
 * @param job 16 bytes that tell the job from others
 * @param group 16 bytes that tell the communicator from others of the job
 * @param rank of who says it, in that communicator
 * @param size ranks of the communicator
 * @param detail at the rendezvous: the port that it listens at; else the {@link TcpLinks.Kind} of the connection
 * @param token at the rendezvous 0; else what rank 0 gave to all that came there
 */
record Hello(String job, String group, int rank, int size, int detail, long token) {
    private static final long MAGIC = 0x54454E4F4E544350L;
    private static final int VERSION = 1;
    private static final int BYTES = 64;
    private static final int NAME = 16;

    /** Any text as 16 bytes, in hexadecimal. */
    static String name(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, NAME);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    void write(OutputStream out) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES)
                .putLong(MAGIC)
                .putInt(VERSION)
                .putInt(rank)
                .putInt(size)
                .putInt(detail)
                .put(HexFormat.of().parseHex(job))
                .put(HexFormat.of().parseHex(group))
                .putLong(token);
        out.write(bytes.array());
        out.flush();
    }

    /**
     * @throws EOFException if the other side closed, or says something else than a rank would
     * @throws CommunicatorException if it is a rank of another version
     */
    static Hello read(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(BYTES);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (bytes.length < BYTES || buffer.getLong() != MAGIC) {
            throw new EOFException("this is no rank");
        }
        int version = buffer.getInt();
        if (version != VERSION) {
            throw new CommunicatorException("it speaks version " + version + " of the protocol, not " + VERSION);
        }
        int rank = buffer.getInt();
        int size = buffer.getInt();
        int detail = buffer.getInt();
        String job = HexFormat.of().formatHex(Arrays.copyOfRange(bytes, 24, 24 + NAME));
        String group = HexFormat.of().formatHex(Arrays.copyOfRange(bytes, 24 + NAME, 24 + 2 * NAME));
        return new Hello(job, group, rank, size, detail, buffer.getLong(24 + 2 * NAME));
    }
}
