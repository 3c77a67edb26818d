package dev.berth.conformance;

import java.util.List;

/** The machine as a whole: run states, buttons, actions, and the end. */
final class Lifecycle implements Scenario {

  @Override
  public List<String> options() {
    return Scenario.words("-device i6300esb,id=watchdog -rtc base=utc");
  }

  @Override
  public void run(LiveQemu qemu) throws Exception {
    qemu.tell("cont", "{}", "RESUME");
    qemu.tell("query-status");
    qemu.tell("system_powerdown", "{}", "POWERDOWN");
    qemu.tell("system_reset", "{}", "RESET {'guest':false}");
    qemu.tell("inject-nmi");
    qemu.attempt("system_wakeup", "{}");
    qemu.tell("rtc-reset-reinjection");
    qemu.tell("watchdog-set-action", "{'action':'pause'}");
    qemu.tell(
        "set-action",
        "{'reboot':'reset','shutdown':'poweroff','panic':'pause','watchdog':'debug'}");
    qemu.tell("human-monitor-command", "{'command-line':'info status','cpu-index':0}");
    qemu.tell("trace-event-get-state", "{'name':'qmp_*'}");
    qemu.attempt("trace-event-set-state", "{'name':'qmp_job_pause','enable':true}");
    qemu.attempt("query-stats", "{'target':'vm'}");
    qemu.attempt("query-stats", "{'target':'vcpu','vcpus':['/machine/unattached/device[0]']}");
    qemu.tell("stop", "{}", "STOP");
    qemu.tell("quit", "{}", "SHUTDOWN {'reason':'host-qmp-quit'}");
  }
}
