package dev.berth.image;

import dev.berth.api.Api;
import dev.berth.domain.ByteSize;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An image as its file was found.
 *
 * @param name what it is called by
 * @param file where it is on the host; absolute
 * @param format how it is written, as it is on record since it came into the pool; empty for a file
 *     that came there by other ways than the host
 * @param size what a guest sees of it; empty when that cannot be told
 * @param allocated what it takes on the disk
 * @param standsOn the image or file below it, if its format is on record and it stands on one
 * @param problem why it cannot be used
 */
@Api(since = "0.1")
public record Image(
    ImageName name,
    Path file,
    Optional<ImageFormat> format,
    Optional<ByteSize> size,
    ByteSize allocated,
    Optional<String> standsOn,
    Optional<String> problem) {}
