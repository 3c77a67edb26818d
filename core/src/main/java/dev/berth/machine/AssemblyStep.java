package dev.berth.machine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One step of completing a machine over QMP; the same steps serve hotplug. */
public sealed interface AssemblyStep {

  /**
   * Opens a file and passes it to QEMU as a member of an fdset ({@code add-fd}).
   *
   * @param fdset number of the set, ours to choose
   * @param file absolute path
   * @param access how it is opened
   * @param opaque the note that {@code query-fdsets} shows for it
   */
  record PassFile(int fdset, Path file, FileAccess access, String opaque) implements AssemblyStep {}

  /**
   * Opens anew a file that the start is given, and passes it to QEMU as a member of an fdset
   * ({@code add-fd}).
   *
   * @param fdset number of the set, ours to choose
   * @param resource the name by which the file is given
   * @param file which file it was
   * @param access how it is opened
   * @param opaque the note that {@code query-fdsets} shows for it
   */
  record PassGivenFile(int fdset, String resource, FileKey file, FileAccess access, String opaque)
      implements AssemblyStep {}

  /**
   * Gives QEMU a secret ({@code object-add}).
   *
   * @param id of the object
   * @param resource the name by which the secret is given
   * @param disk the disk's name in the definition
   */
  record AddSecret(String id, String resource, String disk) implements AssemblyStep {}

  /**
   * Opens a tap device and passes it to QEMU under a name ({@code getfd}), for the next command
   * that has the name to take.
   *
   * @param name for QEMU; no digit first
   * @param nic the network interface's name in the definition
   * @param tap where the tap comes from
   * @param withoutVhost why QEMU carries its packets though the kernel would be preferred; empty
   *     when the kernel does, or the definition says that it shall not
   */
  record PassTap(String name, String nic, TapSource tap, Optional<String> withoutVhost)
      implements AssemblyStep {
    /** A tap whose packets are carried as the definition would have it. */
    public PassTap(String name, String nic, TapSource tap) {
      this(name, nic, tap, Optional.empty());
    }
  }

  /**
   * Opens the kernel's vhost-net and passes it to QEMU under a name ({@code getfd}), for the netdev
   * that has the name to take.
   *
   * @param name for QEMU; no digit first
   * @param nic the network interface's name in the definition
   * @param device absolute path
   */
  record PassVhost(String name, String nic, Path device) implements AssemblyStep {}

  /**
   * Starts what serves a share, and waits until QEMU can connect to it.
   *
   * @param share the share's name in the definition
   * @param socket where it listens
   * @param command its whole command line, the program first and the socket in a word of its own
   * @param source the directory that is shared; empty on records of the first versions
   */
  record ServeShare(String share, Path socket, List<String> command, Optional<Path> source)
      implements AssemblyStep {
    /** Copies the list. */
    public ServeShare {
      command = List.copyOf(command);
    }
  }

  /**
   * Sends a command.
   *
   * @param command QMP name
   * @param arguments its arguments
   */
  record Execute(String command, ObjectNode arguments) implements AssemblyStep {}

  /**
   * Which file it is, whatever its names are.
   *
   * @param device number of the file system that has it, or of the block device that it is
   * @param inode number of the file there; 0 for a block device
   */
  record FileKey(long device, long inode) {}

  /** How a file is opened. */
  enum FileAccess {
    READ_ONLY,
    READ_WRITE
  }
}
