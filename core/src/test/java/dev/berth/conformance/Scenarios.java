package dev.berth.conformance;

import java.util.List;

/** All scenarios. */
final class Scenarios {
  static final List<Scenario> ALL =
      List.of(
          new Queries(),
          new BlockNodes(),
          new BlockJobs(),
          new DirtyBitmaps(),
          new Exports(),
          new Media(),
          new Chardevs(),
          new Network(),
          new Devices(),
          new Lifecycle(),
          new Preconfig(),
          new Encryption(),
          new Snapshots(),
          new Screen(),
          new Migration(),
          new Dumps(),
          new OtherHardware(),
          new Firmware(),
          new Sleep(),
          new GuestDrivers());

  private Scenarios() {}
}
