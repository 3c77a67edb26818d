package dev.berth.machine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.machine.AssemblyStep.AddSecret;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import dev.berth.machine.AssemblyStep.PassTap;
import dev.berth.machine.AssemblyStep.PassVhost;
import dev.berth.qapi.block.BlockdevDel;
import dev.berth.qapi.chardev.ChardevRemove;
import dev.berth.qapi.misc.Closefd;
import dev.berth.qapi.misc.RemoveFd;
import dev.berth.qapi.net.NetdevDel;
import dev.berth.qapi.qom.ObjectDel;
import dev.berth.qmp.QmpCommand;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What QEMU has for a device, made by an assembly step of its own. */
public sealed interface Backend {

  /** The command that frees it once its device is gone. */
  QmpCommand<@Nullable Void> free();

  /**
   * A block graph node.
   *
   * @param name its node name
   */
  record Node(String name) implements Backend {
    @Override
    public QmpCommand<@Nullable Void> free() {
      return new BlockdevDel(name);
    }
  }

  /**
   * An object, a secret for example.
   *
   * @param id its id
   */
  record QomObject(String id) implements Backend {
    @Override
    public QmpCommand<@Nullable Void> free() {
      return new ObjectDel(id);
    }
  }

  /**
   * The host's end of a network interface.
   *
   * @param id its id
   */
  record Netdev(String id) implements Backend {
    @Override
    public QmpCommand<@Nullable Void> free() {
      return new NetdevDel(id);
    }
  }

  /**
   * A connection to a process of the host, or the host's end of a channel.
   *
   * @param id its id
   */
  record Chardev(String id) implements Backend {
    @Override
    public QmpCommand<@Nullable Void> free() {
      return new ChardevRemove(id);
    }
  }

  /**
   * An open file that was passed by name ({@code getfd}). Who takes it closes it; one that nobody
   * has taken is closed here.
   *
   * @param name its name
   */
  record NamedFile(String name) implements Backend {
    @Override
    public QmpCommand<@Nullable Void> free() {
      return new Closefd(name);
    }
  }

  /**
   * A set of open files.
   *
   * @param number its number
   */
  record Fdset(int number) implements Backend {
    private static final String PATH = "/dev/fdset/";

    @Override
    public QmpCommand<@Nullable Void> free() {
      return new RemoveFd(number);
    }

    /** The set that is opened at that path, if it is one. */
    static Optional<Backend> at(String path) {
      return path.startsWith(PATH)
          ? Optional.of(new Fdset(Integer.parseInt(path.substring(PATH.length()))))
          : Optional.empty();
    }
  }

  /** What the step makes; empty for a device. */
  static Optional<Backend> madeBy(AssemblyStep step) {
    if (step instanceof PassFile pass) {
      return Optional.of(new Fdset(pass.fdset()));
    }
    if (step instanceof PassGivenFile pass) {
      return Optional.of(new Fdset(pass.fdset()));
    }
    if (step instanceof AddSecret add) {
      return Optional.of(new QomObject(add.id()));
    }
    if (step instanceof PassTap pass) {
      return Optional.of(new NamedFile(pass.name()));
    }
    if (step instanceof PassVhost pass) {
      return Optional.of(new NamedFile(pass.name()));
    }
    return step instanceof Execute execute ? madeBy(execute) : Optional.empty();
  }

  private static Optional<Backend> madeBy(Execute execute) {
    JsonNode arguments = execute.arguments();
    return switch (execute.command()) {
      case "blockdev-add" -> Optional.of(new Node(arguments.path("node-name").asText()));
      case "chardev-add" -> Optional.of(new Chardev(arguments.path("id").asText()));
      case "netdev_add" -> Optional.of(new Netdev(arguments.path("id").asText()));
      case "object-add" -> Optional.of(new QomObject(arguments.path("id").asText()));
      default -> Optional.empty();
    };
  }

  /** What a property of a device, or of a backend, refers to; empty when it is not about one. */
  static Optional<Backend> named(String property, String value) {
    return switch (property) {
      case "drive", "file", "backing" -> Optional.of(new Node(value));
      case "key-secret", "rng" -> Optional.of(new QomObject(value));
      case "chardev" -> Optional.of(new Chardev(value));
      case "netdev" -> Optional.of(new Netdev(value));
      case "fd", "vhostfd" -> Optional.of(new NamedFile(value));
      case "filename" -> Fdset.at(value);
      default -> Optional.empty();
    };
  }
}
