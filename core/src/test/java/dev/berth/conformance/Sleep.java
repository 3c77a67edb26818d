package dev.berth.conformance;

import java.util.List;

/** The example guest goes to sleep, and is woken up. */
final class Sleep implements GuestScenario {

  @Override
  public String memory() {
    return "256";
  }

  @Override
  public List<String> devices() {
    return List.of();
  }

  @Override
  public void run(LiveQemu qemu, Console console) throws Exception {
    console.type("echo mem > /sys/power/state");
    qemu.await("SUSPEND");
    qemu.tell("query-current-machine");
    qemu.tell("system_wakeup", "{}", "WAKEUP");
  }
}
