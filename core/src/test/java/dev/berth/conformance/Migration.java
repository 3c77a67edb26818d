package dev.berth.conformance;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Migration to a second QEMU beside the first, and what can be set for it. */
final class Migration implements Scenario {

  @Override
  public List<String> options() {
    return Scenario.words("-device virtio-scsi-pci");
  }

  @Override
  public void run(LiveQemu qemu) throws Exception {
    parameters(qemu);
    qemu.tell("calc-dirty-rate", "{'calc-time':1}");
    qemu.tell("query-dirty-rate");
    qemu.tell("cont", "{}", "RESUME");
    qemu.attempt("migrate-start-postcopy", "{}");
    qemu.refused("migrate-pause", "{}");
    qemu.refused("migrate-recover", "{'uri':'unix:nowhere'}");
    qemu.refused("migrate-incoming", "{'uri':'unix:nowhere'}");
    qemu.refused("x-colo-lost-heartbeat", "{}");
    qemu.attempt("xen-set-global-dirty-log", "{'enable':true}");
    qemu.attempt("xen-set-global-dirty-log", "{'enable':false}");
    qemu.attempt("xen-save-devices-state", "{'filename':'devices'}");
    migrate(qemu);
    qemu.tell("query-migrate");
    qemu.tell("query-status");
  }

  private static void parameters(LiveQemu qemu) throws InterruptedException {
    qemu.tell(
        "migrate-set-capabilities",
        "{'capabilities':[{'capability':'events','state':true},"
            + "{'capability':'pause-before-switchover','state':true}]}");
    qemu.tell(
        "migrate-set-parameters",
        "{'max-bandwidth':1000000000,'downtime-limit':300,'announce-rounds':2}");
    qemu.tell("migrate_set_speed", "{'value':1000000000}");
    qemu.tell("migrate_set_downtime", "{'value':0.5}");
    qemu.tell("migrate-set-cache-size", "{'value':67108864}");
    qemu.tell("query-migrate-cache-size");
    qemu.tell("query-migrate-capabilities");
    qemu.tell("query-migrate-parameters");
  }

  private static void migrate(LiveQemu qemu) throws Exception {
    Path there = Files.createDirectory(qemu.directory().resolve("there"));
    try (LiveQemu target = LiveQemu.start(qemu.binary(), there, new Target())) {
      target.tell(
          "migrate-set-capabilities", "{'capabilities':[{'capability':'events','state':true}]}");
      target.tell("migrate-incoming", "{'uri':'unix:in'}");
      qemu.tell("migrate", "{'uri':'unix:there/in'}", "MIGRATION {'status':'pre-switchover'}");
      qemu.tell("query-migrate");
      qemu.tell(
          "migrate-continue", "{'state':'pre-switchover'}", "MIGRATION {'status':'completed'}");
      target.await("MIGRATION {'status':'completed'}");
      target.tell("query-migrate");
      qemu.include(target);
      qemu.sawBefore("MIGRATION_PASS");
    }
    qemu.tell("migrate_cancel");
  }

  /** Where the machine goes. */
  private static final class Target implements Scenario {
    @Override
    public List<String> options() {
      return Scenario.words("-device virtio-scsi-pci -incoming defer");
    }

    @Override
    public void run(LiveQemu qemu) {}
  }
}
