package dev.berth.conformance;

import dev.berth.testing.TestGuest;
import java.util.ArrayList;
import java.util.List;

/** The example guest goes to sleep, and is woken up. */
final class Sleep implements Scenario {

  @Override
  public boolean isLong() {
    return true;
  }

  @Override
  public List<String> machine() {
    return Scenario.words("-machine q35 -accel tcg -cpu max -m 256");
  }

  @Override
  public List<String> options() {
    TestGuest guest = TestGuest.locate();
    List<String> options = new ArrayList<>();
    options.addAll(
        Scenario.words(
            "-chardev socket,id=serial,path=serial,server=on,wait=off -serial chardev:serial"));
    options.addAll(List.of("-kernel", guest.kernel().toString()));
    options.addAll(List.of("-initrd", guest.initrd().toString()));
    options.addAll(List.of("-append", TestGuest.cmdline()));
    return options;
  }

  @Override
  public void run(LiveQemu qemu) throws Exception {
    try (var console = Console.open(qemu.directory().resolve("serial"))) {
      qemu.tell("cont", "{}", "RESUME");
      console.await(TestGuest.UP);
      console.type("echo mem > /sys/power/state");
      qemu.await("SUSPEND");
      qemu.tell("query-current-machine");
      qemu.tell("system_wakeup", "{}", "WAKEUP");
    }
  }
}
