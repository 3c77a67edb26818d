package dev.berth.conformance;

import static java.util.Map.entry;

import java.util.Map;
import java.util.TreeMap;

/** Why no scenario runs a command or sees an event, by its name or by the beginning of its name. */
final class NotRun {
  private static final Map<String, String> REASONS =
      new TreeMap<>(
          Map.ofEntries(
              entry(
                  "FAILOVER_NEGOTIATED",
                  "needs a guest with a network card that can stand in for another"),
              entry("COLO_EXIT", "needs a pair of machines in COLO replication"),
              entry(
                  "DEVICE_UNPLUG_GUEST_ERROR", "needs a guest that refuses to let go of a device"),
              entry("MEM_UNPLUG_ERROR", "needs a guest that refuses to let go of memory"),
              entry("MEMORY_DEVICE_SIZE_CHANGE", "needs a guest with a driver for virtio-mem"),
              entry("GUEST_CRASHLOADED", "needs a guest with a crash kernel"),
              entry("GUEST_PVSHUTDOWN", "needs a guest that tells pvpanic of its shutdown"),
              entry("HV_BALLOON_STATUS_REPORT", "needs a guest of Hyper-V's family"),
              entry("MEMORY_FAILURE", "needs memory of the host to fail"),
              entry("NETDEV_VHOST_USER", "needs a network switch that speaks vhost-user"),
              entry("PR_MANAGER_STATUS_CHANGED", "needs a helper for persistent reservations"),
              entry("RDMA_GID_STATUS_CHANGED", "needs RDMA hardware"),
              entry("SPICE_", "needs a SPICE client"),
              entry("SUSPEND_DISK", "needs a guest that hibernates"),
              entry("UNPLUG_PRIMARY", "needs a network card of the host, passed through"),
              entry("VFIO_MIGRATION", "needs a device of the host, passed through"),
              entry("VFU_CLIENT_HANGUP", "needs a client of a device served by vfio-user"),
              entry("cxl-", "needs a CXL machine with a guest that has brought it up"),
              entry("CPU_POLARIZATION_CHANGE", "is of s390x"),
              entry("SCLP_CPI_INFO_AVAILABLE", "is of s390x"),
              entry(
                  "x-query-virtio-status", "QEMU 11.1 dies of it while the guest has no driver")));

  private NotRun() {}

  /** The reasons, in the order of names. */
  static Map<String, String> reasons() {
    return REASONS;
  }
}
