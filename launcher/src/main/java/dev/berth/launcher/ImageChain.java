package dev.berth.launcher;

import dev.berth.definition.Disk.DiskFormat;
import dev.berth.error.HostFailureException;
import dev.berth.image.Qcow2Header;
import dev.berth.launcher.ImageFacts.Layer;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.FileKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Follows the headers of qcow2 images down to the one that stands on none. QEMU would open whatever
 * a header names, by path, by network or by a description in JSON; it never gets to: each file is
 * opened here, and QEMU is told explicitly what stands on what. Not thread-safe; one for each
 * image.
 */
final class ImageChain {
  /**
   * Each layer takes QEMU a file, two nodes and time for each request that nothing above serves.
   */
  static final int MOST_LAYERS = 32;

  /** As QEMU tells a protocol from a path, {@code json:} among them. */
  private static final Pattern PROTOCOL = Pattern.compile("[^/:]*:.*");

  private final List<Layer> layers = new ArrayList<>();
  private final Set<FileKey> seen = new HashSet<>();

  /** What the image stands on, the nearest first. */
  List<Layer> layers() {
    return layers;
  }

  /**
   * Follows an image's header.
   *
   * @param image where relative names start from; empty for an image without a path
   * @param key which file the image is
   * @return why the chain cannot be used, and what to do; empty when it can
   */
  Optional<String> follow(Optional<Path> image, FileKey key, Qcow2Header header)
      throws IOException {
    seen.add(key);
    Optional<Path> above = image;
    Optional<Qcow2Header> next = Optional.of(header);
    while (next.isPresent() && next.get().backingFile().isPresent()) {
      String name = next.get().backingFile().get();
      String standsOn = "stands on '" + name + "'" + through(above, image);
      Optional<String> wrong = name(name, above).or(() -> tooMany());
      if (wrong.isPresent()) {
        return Optional.of(standsOn + ", " + wrong.get());
      }
      Optional<DiskFormat> format = format(next.get());
      if (format.isEmpty()) {
        return Optional.of(standsOn + ", " + withoutFormat(next.get(), name));
      }
      // As it is: behind a symbolic link, '..' leads elsewhere than the name without it would.
      Path file = above.map(path -> path.resolveSibling(name)).orElse(Path.of(name));
      wrong = file(file);
      if (wrong.isPresent()) {
        return Optional.of(standsOn + ", which " + wrong.get());
      }
      try (FileChannel content = FileChannel.open(file, StandardOpenOption.READ)) {
        next = format.get() == DiskFormat.QCOW2 ? Qcow2Header.read(content) : Optional.empty();
      }
      wrong = content(format.get(), next);
      if (wrong.isPresent()) {
        return Optional.of(standsOn + ", which " + wrong.get());
      }
      layers.add(new Layer(file, format.get(), HostFiles.protocol(file)));
      above = Optional.of(file);
    }
    return Optional.empty();
  }

  private static String through(Optional<Path> above, Optional<Path> image) {
    return above.equals(image) ? "" : " by way of " + above.orElseThrow();
  }

  /** Why a name cannot be that of a file. */
  private static Optional<String> name(String name, Optional<Path> above) {
    if (PROTOCOL.matcher(name).matches()) {
      return Optional.of(
          "which is no path, and no image may reach for other things than files: "
              + rebase("the file that is meant"));
    }
    if (name.isEmpty() || name.contains("?") || name.contains("\0")) {
      return Optional.of("which cannot be a path: " + rebase("the file that is meant"));
    }
    if (name.startsWith("/dev/fdset/")) {
      return Optional.of(
          "which was an open file of a QEMU that is gone: " + rebase("the file that is meant"));
    }
    if (above.isEmpty() && !name.startsWith("/")) {
      return Optional.of(
          "which starts from the image's directory, and an open file has none: "
              + rebase("an absolute path"));
    }
    try {
      Path.of(name);
      return Optional.empty();
    } catch (InvalidPathException unmappable) {
      return Optional.of(
          "which this host's locale cannot express: run Berth in a UTF-8 locale"
              + " (LC_ALL=C.UTF-8), or rename the file and "
              + rebase("it"));
    }
  }

  private Optional<String> tooMany() {
    return layers.size() < MOST_LAYERS
        ? Optional.empty()
        : Optional.of(
            "and there are "
                + MOST_LAYERS
                + " images in between already, which are as many as may be: shorten the chain with"
                + " 'qemu-img convert -O qcow2'");
  }

  private static Optional<DiskFormat> format(Qcow2Header header) {
    return header
        .backingFormat()
        .flatMap(
            name -> {
              for (DiskFormat format : DiskFormat.values()) {
                if (format.name().toLowerCase(Locale.ROOT).equals(name)) {
                  return Optional.of(format);
                }
              }
              return Optional.empty();
            });
  }

  private static String withoutFormat(Qcow2Header header, String name) {
    return header
            .backingFormat()
            .map(format -> "whose format '" + format + "' is not supported: ")
            .orElse("and does not say of what format that is, which is never guessed: ")
        + "use 'qemu-img rebase -u -F FORMAT -b "
        + name
        + "'";
  }

  private static String rebase(String what) {
    return "name " + what + " with 'qemu-img rebase -u -F FORMAT -b FILE'";
  }

  /** Why that file cannot be read as an image. */
  private Optional<String> file(Path file) throws IOException {
    Optional<String> unusable = HostFiles.obstacle(file);
    if (unusable.isPresent()) {
      return unusable;
    }
    if (HostFiles.leadsToAProcess(file)) {
      return Optional.of("belongs to a process: " + rebase("the file that is meant"));
    }
    if (!seen.add(HostFiles.key(file))) {
      return Optional.of(
          "stands on itself that way: " + rebase("another") + ", or use another image");
    }
    try {
      PassedDescriptor.open(file, FileAccess.READ_ONLY).close();
      return Optional.empty();
    } catch (HostFailureException refused) {
      return Optional.of("cannot be used: " + refused.getMessage());
    }
  }

  private static Optional<String> content(DiskFormat format, Optional<Qcow2Header> header) {
    if (format == DiskFormat.RAW) {
      return Optional.empty();
    }
    if (header.isEmpty()) {
      return Optional.of(
          "is not a qcow2 image: correct the format with 'qemu-img rebase -u -F FORMAT -b FILE'");
    }
    return header
        .get()
        .obstacle()
        .or(
            () ->
                header.get().isLuks()
                    ? Optional.of(
                        "is encrypted, and only the image on top may be: convert it with"
                            + " 'qemu-img convert'")
                    : Optional.empty());
  }
}
