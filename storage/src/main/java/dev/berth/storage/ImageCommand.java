package dev.berth.storage;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageOrigin.Preallocation;
import dev.berth.image.ImageRecipe.Compression;
import dev.berth.image.ImageTask;
import dev.berth.image.ImageTask.Layer;
import dev.berth.image.Repair;
import dev.berth.job.JobId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What {@code qemu-img} is told. Images that are there are named by descriptions in which nothing
 * is left to guess: the driver of each layer, and that there is none below the last. Each command
 * line has the job's id in it, in a node's name or a file's, by which it is found again.
 */
final class ImageCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ImageCommand() {}

  /** The words after the program. */
  static List<String> of(JobId job, ImageTask task) {
    if (task instanceof ImageTask.Create create) {
      return create(create);
    } else if (task instanceof ImageTask.Overlay overlay) {
      return overlay(overlay);
    } else if (task instanceof ImageTask.Copy copy) {
      return copy(job, copy);
    } else if (task instanceof ImageTask.Resize resize) {
      return resize(job, resize);
    } else if (task instanceof ImageTask.Bitmap bitmap) {
      return bitmap(job, bitmap);
    }
    return check(job, (ImageTask.Check) task);
  }

  private static List<String> create(ImageTask.Create create) {
    List<String> words = new ArrayList<>(List.of("create", "-q", "-f", format(create.target())));
    boolean isNone =
        create.preallocation() == Preallocation.OFF
            || create.preallocation() == Preallocation.METADATA
                && create.target().format() == ImageFormat.RAW;
    if (!isNone) {
      String word = create.preallocation().name().toLowerCase(Locale.ROOT);
      words.addAll(List.of("-o", "preallocation=" + word));
    }
    words.add(create.target().file().toString());
    words.add(Long.toString(create.size().bytes()));
    return words;
  }

  /** {@code -u}: the one below is not opened, for its format and size are known. */
  private static List<String> overlay(ImageTask.Overlay overlay) {
    return List.of(
        "create",
        "-q",
        "-u",
        "-f",
        ImageFormat.QCOW2.text(),
        "-F",
        format(overlay.base()),
        "-b",
        overlay.reference(),
        overlay.target().toString(),
        Long.toString(overlay.size().bytes()));
  }

  private static List<String> copy(JobId job, ImageTask.Copy copy) {
    List<String> words = new ArrayList<>(List.of("convert", "-p", "-O", format(copy.target())));
    if (copy.compression() == Compression.ZLIB) {
      words.add("-c");
    }
    words.add(described(job, copy.source()));
    words.add(copy.target().file().toString());
    return words;
  }

  private static List<String> resize(JobId job, ImageTask.Resize resize) {
    List<String> words = new ArrayList<>(List.of("resize", "-q"));
    if (resize.shrink()) {
      words.add("--shrink");
    }
    words.add(described(job, resize.image()));
    words.add(Long.toString(resize.size().bytes()));
    return words;
  }

  private static List<String> check(JobId job, ImageTask.Check check) {
    List<String> words = new ArrayList<>(List.of("check", "--output=json"));
    if (check.repair() != Repair.NONE) {
      words.addAll(List.of("-r", check.repair().text()));
    }
    words.add(described(job, List.of(check.image())));
    return words;
  }

  private static List<String> bitmap(JobId job, ImageTask.Bitmap bitmap) {
    return List.of(
        "bitmap",
        "--" + bitmap.change().name().toLowerCase(Locale.ROOT),
        described(job, List.of(new Layer(bitmap.image(), ImageFormat.QCOW2))),
        bitmap.name());
  }

  private static String format(Layer layer) {
    return layer.format().text();
  }

  private static String described(JobId job, List<Layer> layers) {
    ObjectNode top = layer(layers.get(0));
    top.put("node-name", nodeName(job));
    ObjectNode above = top;
    for (Layer below : layers.subList(1, layers.size())) {
      ObjectNode node = layer(below);
      above.set("backing", node);
      above = node;
    }
    if (layers.get(layers.size() - 1).format() == ImageFormat.QCOW2) {
      above.putNull("backing");
    }
    return "json:" + top;
  }

  private static ObjectNode layer(Layer layer) {
    ObjectNode node = JSON.createObjectNode();
    node.put("driver", format(layer));
    node.putObject("file").put("driver", "file").put("filename", layer.file().toString());
    return node;
  }

  static String nodeName(JobId job) {
    return "berth-" + job;
  }
}
