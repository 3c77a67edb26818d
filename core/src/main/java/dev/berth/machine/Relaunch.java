package dev.berth.machine;

import java.util.ArrayList;
import java.util.List;

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

  /** Whether a machine was started to load a state. */
  public static boolean isIncoming(LaunchRecord launch) {
    return launch.argv().contains(OPTION);
  }
}
