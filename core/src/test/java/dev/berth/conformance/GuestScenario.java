package dev.berth.conformance;

import dev.berth.testing.TestGuest;
import java.util.ArrayList;
import java.util.List;

/** What the example guest does by itself when it is told so on its serial console. */
interface GuestScenario extends Scenario {

  @Override
  default boolean isLong() {
    return true;
  }

  /** Its memory, as QEMU takes it. */
  String memory();

  /** Options for its devices beside the console. */
  List<String> devices();

  @Override
  default List<String> machine() {
    return Scenario.words("-machine q35 -accel tcg -cpu max -m " + memory());
  }

  @Override
  default List<String> options() {
    TestGuest guest = TestGuest.locate();
    List<String> options = new ArrayList<>();
    options.addAll(
        Scenario.words(
            "-chardev socket,id=serial,path=serial,server=on,wait=off -serial chardev:serial"));
    options.addAll(devices());
    options.addAll(List.of("-kernel", guest.kernel().toString()));
    options.addAll(List.of("-initrd", guest.initrd().toString()));
    options.addAll(List.of("-append", TestGuest.cmdline()));
    return options;
  }

  @Override
  default void run(LiveQemu qemu) throws Exception {
    try (var console = Console.open(qemu.directory().resolve("serial"))) {
      qemu.tell("cont", "{}", "RESUME");
      console.await(TestGuest.UP);
      run(qemu, console);
    }
  }

  /** Goes through all of it, from when the guest is up. */
  void run(LiveQemu qemu, Console console) throws Exception;
}
