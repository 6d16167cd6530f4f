package dev.tenon.models.decoder;

/**
 * What a plan asks of a device.
 *
 * @param embedding whether the embedding lies here
 * @param head whether the output head lies here
 * @param weightBytes of the weights; a host device uses them in place in the mapped file
 * @param cacheBytes of the pages for keys and values
 * @param bufferBytes of the tensors that a session's steps read and write
 * @param freeBytes free on the device when it was asked
 */
public record PlanShare(
        DevicePlan.Segment segment,
        boolean embedding,
        boolean head,
        long weightBytes,
        long cacheBytes,
        long bufferBytes,
        long freeBytes) {
    static PlanShare of(
            DevicePlan.Segment segment, ModelSize size, SessionOptions options, boolean embedding, boolean head) {
        DecoderConfiguration c = size.configuration();
        SessionSizes sizes = SessionSizes.of(c, options);
        return new PlanShare(
                segment,
                embedding,
                head,
                size.weightBytes(segment.from(), segment.to(), embedding, head),
                segment.layers() * sizes.cache(c, options).layerBytes(),
                StepBuffers.bytes(c, sizes, embedding ? size.embeddingType() : null, segment.layers() > 0, head),
                DevicePlan.free(segment.device()));
    }

    /** Bytes in all. */
    public long bytes() {
        return weightBytes + cacheBytes + bufferBytes;
    }
}
