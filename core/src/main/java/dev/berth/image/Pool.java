package dev.berth.image;

import dev.berth.api.Api;
import dev.berth.domain.ByteSize;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A directory that has images.
 *
 * @param name what it is called by
 * @param directory where it is on the host; absolute
 * @param images how many images it has
 * @param space how much room there is; empty when the directory cannot be looked at
 * @param problem why it cannot be
 */
@Api(since = "0.1")
public record Pool(
    PoolName name, Path directory, int images, Optional<Space> space, Optional<String> problem) {

  /**
   * Room for images.
   *
   * @param images what the pool's images take on the disk
   * @param free what the file system has left for the host's user
   */
  public record Space(ByteSize images, ByteSize free) {}
}
