package dev.berth.launcher;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.AddSecret;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.FileKey;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import dev.berth.machine.AssemblyStep.PassTap;
import dev.berth.machine.AssemblyStep.PassVhost;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.FdsetNumbers;
import dev.berth.machine.InheritedFile;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** A machine while it is planned: its command line, its assembly steps, its devices. */
final class MachineDraft {
  private final List<String> argv = new ArrayList<>();
  private final List<AssemblyStep> assembly = new ArrayList<>();
  private final List<DeviceRecord> devices = new ArrayList<>();
  private final List<InheritedFile> inherited = new ArrayList<>();
  private int fdsets;

  /** A draft of what is added to a machine that has fdsets up to that number. */
  static MachineDraft after(int lastFdset) {
    MachineDraft draft = new MachineDraft();
    draft.fdsets = lastFdset;
    return draft;
  }

  /** Adds options or values as they are. */
  void words(String... words) {
    argv.addAll(List.of(words));
  }

  /** Adds an option with its value. */
  void option(String name, OptionText value) {
    words(name, value.toString());
  }

  /** A number for a new fdset. */
  int newFdset() {
    fdsets = FdsetNumbers.nextOwn(fdsets);
    return fdsets;
  }

  /** Adds a step that passes a file. */
  void passFile(int fdset, Path file, FileAccess access, String opaque) {
    assembly.add(new PassFile(fdset, file, access, opaque));
  }

  /** Adds the steps that open an image for reading, as the other method does. */
  void open(Path image, String stem, IntFunction<ObjectNode> fileNode, ObjectNode formatNode) {
    open(image, FileAccess.READ_ONLY, stem, fileNode, formatNode);
  }

  /**
   * Adds the steps that open an image.
   *
   * @param stem what the note on its file begins with
   * @param fileNode the node of its file, which is that fdset
   * @param formatNode the node of its format
   */
  void open(
      Path image,
      FileAccess access,
      String stem,
      IntFunction<ObjectNode> fileNode,
      ObjectNode formatNode) {
    int fdset = newFdset();
    passFile(fdset, image, access, stem + (access == FileAccess.READ_WRITE ? " rw" : " ro"));
    execute("blockdev-add").setAll(fileNode.apply(fdset));
    execute("blockdev-add").setAll(formatNode);
  }

  /** Adds a step that passes a file which the start is given. */
  void passGivenFile(int fdset, String resource, FileKey file, FileAccess access, String opaque) {
    assembly.add(new PassGivenFile(fdset, resource, file, access, opaque));
  }

  /** Adds a step that gives QEMU a secret. */
  void addSecret(String id, String resource, String disk) {
    assembly.add(new AddSecret(id, resource, disk));
  }

  /** Adds a step that passes a tap under a name. */
  void pass(PassTap tap) {
    assembly.add(tap);
  }

  /** Adds a step that passes the kernel's vhost-net under a name. */
  void pass(PassVhost vhost) {
    assembly.add(vhost);
  }

  /** Adds a step that starts what serves a share. */
  void serveShare(ServeShare serve) {
    assembly.add(serve);
  }

  /** Has QEMU inherit a file; returns the number of the fdset that has it. */
  int inherit(Path file, FileAccess access) {
    return inherit(new InheritedFile(file, access));
  }

  /** The same, for reading and writing, with a file that is made from a template if need be. */
  int inherit(Path file, Path template) {
    return inherit(new InheritedFile(file, FileAccess.READ_WRITE, Optional.of(template)));
  }

  private int inherit(InheritedFile file) {
    int descriptor = InheritedFile.FIRST_DESCRIPTOR + inherited.size();
    inherited.add(file);
    int fdset = newFdset();
    option("-add-fd", OptionText.of("fd", descriptor).with("set", fdset));
    return fdset;
  }

  /** Adds a command. */
  void execute(Execute step) {
    assembly.add(step);
  }

  /** Adds a command and returns its arguments, still empty. */
  ObjectNode execute(String command) {
    ObjectNode arguments = JsonNodeFactory.instance.objectNode();
    assembly.add(new Execute(command, arguments));
    return arguments;
  }

  /** Adds a {@code device_add} and returns its arguments, to add properties to. */
  ObjectNode plug(String driver, String id) {
    return execute("device_add").put("driver", driver).put("id", id);
  }

  /** Adds a {@code device_add} to a PCI bus and returns its arguments, to add properties to. */
  ObjectNode plug(String driver, String id, PciSlots.Place place) {
    ObjectNode arguments = plug(driver, id).put("bus", place.bus());
    return place.isOnly() ? arguments : arguments.put("addr", place.address());
  }

  /** Notes a device. */
  void device(DeviceRecord device) {
    devices.add(device);
  }

  List<String> argv() {
    return argv;
  }

  List<AssemblyStep> assembly() {
    return assembly;
  }

  List<DeviceRecord> devices() {
    return devices;
  }

  List<InheritedFile> inherited() {
    return inherited;
  }
}
