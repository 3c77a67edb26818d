package dev.berth.machine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Machines that are what other ones were, to load their states: the same hardware and devices at
 * the same places, made of a record and never of a definition. Pure.
 */
public final class Relaunch {
  private static final String OPTION = "-incoming";
  private static final String DEFERRED = "defer";
  private static final LaunchRecordCodec CODEC = new LaunchRecordCodec();

  private Relaunch() {}

  /**
   * The record of such a machine. Whatever is of one launch alone has its incarnation in its name:
   * the run directory, and so each socket in it.
   *
   * @param saved the record of the machine whose state it is to load
   * @param incarnation of the new launch
   */
  public static LaunchRecord of(LaunchRecord saved, String incarnation) {
    LaunchRecord again = CODEC.read(CODEC.write(saved).replace(saved.incarnation(), incarnation));
    List<String> argv = new ArrayList<>(again.argv());
    if (!isIncoming(again)) {
      argv.addAll(List.of(OPTION, DEFERRED));
    }
    return new LaunchRecord(
        again.subject(),
        again.qemu(),
        again.hardware(),
        argv,
        again.assembly(),
        again.devices(),
        again.files(),
        again.inherited());
  }

  /**
   * The record of such a machine on another host, whose files are elsewhere.
   *
   * @param source the record of the machine whose state it is to load
   * @param subject which launch it is
   * @param qemu what it is to run in
   * @param files where its files are to be
   * @throws IllegalArgumentException when the record has directories in it that cannot be told from
   *     other text
   */
  public static LaunchRecord moved(
      LaunchRecord source,
      LaunchRecord.Subject subject,
      LaunchRecord.Qemu qemu,
      MachineFiles files) {
    String text =
        CODEC
            .write(source)
            .replace(plain(source.files().runDirectory()), plain(files.runDirectory()))
            .replace(plain(source.files().logDirectory()), plain(files.logDirectory()));
    LaunchRecord moved = of(CODEC.read(text), subject.incarnation());
    List<String> argv = new ArrayList<>(moved.argv());
    argv.set(0, qemu.binary().toString());
    return new LaunchRecord(
        subject,
        qemu,
        moved.hardware(),
        argv,
        moved.assembly(),
        moved.devices(),
        files,
        moved.inherited());
  }

  /**
   * The record of the same machine with a CPU that lacks these features, whatever its model has.
   *
   * @param launch one that was not started yet
   * @throws IllegalArgumentException when its command line has not the CPU that it says
   */
  public static LaunchRecord without(LaunchRecord launch, List<String> features) {
    LaunchRecord.Hardware before = launch.hardware();
    String cpu = features.stream().map(name -> "," + name + "=off").collect(Collectors.joining());
    List<String> argv = new ArrayList<>(launch.argv());
    int value = argv.indexOf("-cpu") + 1;
    if (value == 0 || value == argv.size() || !argv.get(value).equals(before.cpuModel())) {
      throw new IllegalArgumentException("its command line has not the CPU that its record has");
    }
    argv.set(value, before.cpuModel() + cpu);
    return new LaunchRecord(
        launch.subject(),
        launch.qemu(),
        new LaunchRecord.Hardware(
            before.machineType(),
            before.cpuModel() + cpu,
            before.cpus(),
            before.memory(),
            before.accelerator(),
            before.acceleratorReason()),
        argv,
        launch.assembly(),
        launch.devices(),
        launch.files(),
        launch.inherited());
  }

  /** A directory as options and JSON have it alike. */
  private static String plain(Path directory) {
    String text = directory.toString();
    if (!text.matches("[^,\"\\\\\\p{Cntrl}]+")) {
      throw new IllegalArgumentException(
          "directory '" + text + "' has a comma, a quotation mark or a backslash in its name");
    }
    return text;
  }

  /** Whether a machine was started to load a state. */
  public static boolean isIncoming(LaunchRecord launch) {
    return launch.argv().contains(OPTION);
  }
}
