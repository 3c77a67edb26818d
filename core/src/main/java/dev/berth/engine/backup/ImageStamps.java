package dev.berth.engine.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Disk;
import dev.berth.error.HostFailureException;
import dev.berth.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How the images of disks were at one moment, to tell later whether anybody has changed them since.
 * Reads the file system: for threads that storage may hold up.
 *
 * @param byDisk what the file system says of each that changes with every write
 */
public record ImageStamps(Map<String, String> byDisk) {
  /** Of disks of which nothing was kept. */
  public static final ImageStamps NONE = new ImageStamps(Map.of());

  private static final int TYPE = 0170000;
  private static final int REGULAR = 0100000;

  public ImageStamps {
    byDisk = Map.copyOf(byDisk);
  }

  /**
   * Those of now.
   *
   * @param disks with images that are files of this host
   * @throws HostFailureException naming an image that cannot be looked at
   */
  public static ImageStamps of(List<Disk> disks) {
    Map<String, String> stamps = new TreeMap<>();
    for (Disk disk : disks) {
      Path image = disk.file().orElseThrow();
      try {
        stamps.put(disk.name(), stamp(image));
      } catch (IOException e) {
        throw new HostFailureException("'" + image + "' cannot be looked at: " + e + ".", e);
      }
    }
    return new ImageStamps(stamps);
  }

  /** Those that {@link #text} made that from; none of nothing. */
  public static ImageStamps read(String text) {
    if (text.isEmpty()) {
      return NONE;
    }
    Map<String, String> stamps = new TreeMap<>();
    try {
      for (Map.Entry<String, JsonNode> stamp : Json.read(text).properties()) {
        stamps.put(stamp.getKey(), stamp.getValue().asText());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the stamps of images that a host has written", e);
    }
    return new ImageStamps(stamps);
  }

  public String text() {
    ObjectNode node = Json.object();
    byDisk.forEach(node::put);
    return Json.text(node);
  }

  /** What speaks against the image of a disk being as it was; empty when it is. */
  public Optional<String> change(String disk, Path image) {
    try {
      return stamp(image).equals(byDisk.get(disk))
          ? Optional.empty()
          : Optional.of("somebody has changed '" + image + "' since the backup began");
    } catch (IOException e) {
      return Optional.of("'" + image + "' cannot be looked at: " + e);
    }
  }

  /** A device does not tell when it was written to. */
  private static String stamp(Path image) throws IOException {
    Map<String, Object> facts =
        Files.readAttributes(image, "unix:mode,rdev,dev,ino,size,lastModifiedTime,ctime");
    return ((Integer) facts.get("mode") & TYPE) == REGULAR
        ? "%s:%s %s bytes, written to %s, changed %s"
            .formatted(
                facts.get("dev"),
                facts.get("ino"),
                facts.get("size"),
                facts.get("lastModifiedTime"),
                facts.get("ctime"))
        : "device " + facts.get("rdev");
  }
}
