package dev.berth.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;

/**
 * What tells one version of a file from another without reading it.
 *
 * @param path absolute, symbolic links resolved
 * @param device number of the file system
 * @param inode number of the file in it
 * @param size in bytes
 * @param modified time of the last change of content
 * @param changed time of the last change of anything, which nobody can set back
 */
record FileIdentity(
    Path path, long device, long inode, long size, FileTime modified, FileTime changed) {

  /**
   * The identity of a file as it is now.
   *
   * @throws IOException when it cannot be examined
   */
  static FileIdentity of(Path file) throws IOException {
    Path real = file.toRealPath();
    Map<String, Object> attributes =
        Files.readAttributes(real, "unix:dev,ino,size,lastModifiedTime,ctime");
    return new FileIdentity(
        real,
        (Long) attributes.get("dev"),
        (Long) attributes.get("ino"),
        (Long) attributes.get("size"),
        (FileTime) attributes.get("lastModifiedTime"),
        (FileTime) attributes.get("ctime"));
  }

  /** The identity as one line of text; equal identities give equal texts. */
  String text() {
    return String.join(
        " ",
        Long.toString(device),
        Long.toString(inode),
        Long.toString(size),
        modified.toInstant().toString(),
        changed.toInstant().toString(),
        path.toString());
  }
}
