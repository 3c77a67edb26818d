package dev.berth.launcher;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DiskAttachment.Discard;
import dev.berth.launcher.ImageFacts.Layer;
import dev.berth.machine.AssemblyStep.FileAccess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * The block nodes of a disk's image and of those that it stands on, as QEMU is told to make them:
 * for each one for its file, which is an fdset, and one for its format. What stands on what is said
 * explicitly, so that QEMU opens nothing because a header names it. Pure.
 *
 * <p>Their names are made from the disk's, so they are stable across launches; they stay within
 * QEMU's 31 characters because device names have at most 20.
 */
final class ImageNodes {
  private final Disk disk;
  private final String protocol;
  private final List<Layer> layers;

  ImageNodes(Disk disk, ImageFacts images) {
    this.disk = disk;
    this.protocol = images.protocol(disk);
    this.layers = images.below(disk);
  }

  /** All of them, the image's own first. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    for (int depth = 0; depth <= layers.size(); depth++) {
      names.add(formatName(depth));
      names.add(fileName(depth));
    }
    return List.copyOf(names);
  }

  /** What the image stands on, in the order in which the nodes are made: the lowest first. */
  List<Below> below() {
    List<Below> all = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      all.add(new Below(i + 1, layers.get(i)));
    }
    Collections.reverse(all);
    return all;
  }

  /** The node of the image's file. */
  ObjectNode file(int fdset) {
    return node(0, protocol, fileName(0)).put("filename", path(fdset));
  }

  /** The node of the image's format. */
  ObjectNode format() {
    ObjectNode node = node(0, driver(disk.format()), formatName(0));
    standing(node.put("file", fileName(0)), disk.format(), 0);
    if (disk.secret().isPresent()) {
      node.putObject("encrypt").put("format", "luks").put("key-secret", secret());
    }
    return node;
  }

  /** The id of the object that opens the image. */
  String secret() {
    return "secret-" + disk.name();
  }

  /** An image that others stand on; nobody writes to it. */
  final class Below {
    private final int depth;
    private final Layer layer;

    private Below(int depth, Layer layer) {
      this.depth = depth;
      this.layer = layer;
    }

    Path path() {
      return layer.file();
    }

    /** What the names of its nodes begin with. */
    String stem() {
      return ImageNodes.this.stem(depth);
    }

    /** The node of its file. */
    ObjectNode file(int fdset) {
      return node(depth, layer.protocol(), fileName(depth)).put("filename", ImageNodes.path(fdset));
    }

    /** The node of its format. */
    ObjectNode format() {
      ObjectNode node = node(depth, driver(layer.format()), formatName(depth));
      return standing(node.put("file", fileName(depth)), layer.format(), depth);
    }
  }

  /** Says only what is not QEMU's default: its monitor takes 4 µs for each byte. */
  private ObjectNode node(int depth, String driver, String name) {
    ObjectNode node =
        JsonNodeFactory.instance.objectNode().put("driver", driver).put("node-name", name);
    if (depth > 0 || disk.access() == Access.READ_ONLY) {
      node.put("read-only", true);
    } else if (disk.attachment().discard() == Discard.UNMAP) {
      node.put("discard", "unmap");
    }
    switch (disk.attachment().cache()) {
      case WRITEBACK, WRITETHROUGH -> {}
      case NONE, DIRECTSYNC -> node.putObject("cache").put("direct", true).put("no-flush", false);
      case UNSAFE -> node.putObject("cache").put("direct", false).put("no-flush", true);
    }
    return node;
  }

  /** Else QEMU opens what the header names. */
  private ObjectNode standing(ObjectNode node, DiskFormat format, int depth) {
    if (depth < layers.size()) {
      return node.put("backing", formatName(depth + 1));
    }
    return format == DiskFormat.QCOW2 ? node.putNull("backing") : node;
  }

  private String fileName(int depth) {
    return stem(depth) + "-file";
  }

  private String formatName(int depth) {
    return stem(depth) + "-format";
  }

  /** With a character that no name of a disk has. */
  private String stem(int depth) {
    return depth == 0 ? disk.name() : disk.name() + "." + depth;
  }

  private static String driver(DiskFormat format) {
    return format.name().toLowerCase(Locale.ROOT);
  }

  private static String path(int fdset) {
    return "/dev/fdset/" + fdset;
  }

  /** A node for the whole of a raw file that is no disk of the definition. */
  static ObjectNode wholeFile(String name, String path, FileAccess access) {
    ObjectNode node =
        JsonNodeFactory.instance
            .objectNode()
            .put("driver", "raw")
            .put("node-name", name)
            .put("read-only", access == FileAccess.READ_ONLY);
    node.putObject("file").put("driver", "file").put("filename", path);
    return node;
  }
}
