package dev.berth.definition;

import dev.berth.definition.Disk.Access;
import java.nio.file.Path;

/**
 * A directory of the host that the guest can mount, by virtio-fs.
 *
 * @param name unique in the domain; also the stem of its device's id
 * @param source absolute path of the directory
 * @param tag by which the guest mounts it, unique in the domain
 * @param access whether the guest may write
 */
public record Share(String name, Path source, String tag, Access access) {}
