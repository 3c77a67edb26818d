package dev.berth.image;

import dev.berth.domain.ByteSize;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What was found of a file that is an image, by looking at its attributes and the beginning of its
 * content. Nothing of it is trusted.
 *
 * @param file absolute path, without symbolic links
 * @param bytes how long the file is
 * @param allocated what it takes on the disk
 * @param header what a qcow2 image says of itself; empty for what is none
 * @param identity tells it from another file that comes in its place
 * @param otherFormat the name of another format of images that it begins like
 */
public record FoundImage(
    Path file,
    long bytes,
    ByteSize allocated,
    Optional<Qcow2Header> header,
    String identity,
    Optional<String> otherFormat) {

  /** The file below it that its header names, wherever that is; empty when it names none. */
  public Optional<Path> backing() {
    return header
        .flatMap(Qcow2Header::backingFile)
        .map(name -> file.resolveSibling(name).normalize());
  }
}
