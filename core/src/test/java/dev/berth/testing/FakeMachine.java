package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.berth.json.Json;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.ProcessExit;
import dev.berth.machine.ProcessUsage;
import dev.berth.machine.QemuProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A pretended QEMU process with a {@link FakeQemu} as its monitor: it has a run state, a guest that
 * does what the test says, and a process that can be stopped, signalled and killed. It lives in
 * {@link FakeMachines}, and like a real one outlives the host that started it. Thread-safe.
 */
public final class FakeMachine implements QemuProcess {
  private static final List<String> COMMANDS =
      List.of(
          "query-status",
          "query-chardev",
          "query-blockstats",
          "query-cpus-fast",
          "query-iothreads",
          "query-yank",
          "query-fdsets",
          "add-fd",
          "query-block",
          "screendump",
          "inject-nmi",
          "stop",
          "cont",
          "system_reset",
          "system_powerdown");

  private final long pid;
  private volatile LaunchRecord launch;
  private final FakeQemu qemu;
  private final CompletableFuture<ProcessExit> exit = new CompletableFuture<>();
  private final AtomicInteger exitsAwaited = new AtomicInteger();
  private final List<String> signals = new ArrayList<>();

  // guarded by this
  private String runState = "prelaunch";
  private Condition condition = Condition.ALIVE;
  private boolean obeysPowerButton = true;
  private boolean obeysTerm = true;
  private boolean ran;
  private ProcessExit exitOnFile = ProcessExit.UNKNOWN;
  private boolean agentListens;
  private Optional<ProcessUsage> usage = Optional.empty();
  private Optional<FakeAgent> agent = Optional.empty();
  private final FakeBackplane backplane;
  private final FakeMemory memory;
  private final FakeDump dump;
  private final FakeBackups backups;
  private final FakeMirrors mirrors;
  private final FakeMigration migration;
  private final FakeSettings settings;
  private final FakeScreen screen;

  FakeMachine(long pid, LaunchRecord launch) {
    this.pid = pid;
    this.launch = launch;
    this.qemu = FakeQemu.listen(launch.files().qmpSocket());
    FakeDrives drives = new FakeDrives(qemu, launch);
    this.backplane = new FakeBackplane(qemu, launch, drives, this::running);
    this.memory = new FakeMemory(qemu, launch, this::running, backplane::dimmBytes);
    this.dump = new FakeDump(qemu, this);
    this.backups = new FakeBackups(qemu, backplane::nodes, launch.files().nbdSocket());
    this.mirrors = new FakeMirrors(qemu, backups);
    this.migration = new FakeMigration(qemu, this);
    this.settings = new FakeSettings(qemu, drives, backups, this::launch);
    this.screen = new FakeScreen(qemu);
    qemu.answer("send-key", "{}");
    qemu.answer("inject-nmi", "{}");
    qemu.answer("query-status", arguments -> status());
    qemu.answer("query-chardev", arguments -> chardevs());
    qemu.answer("stop", arguments -> goTo("paused", "STOP"));
    qemu.answer("cont", arguments -> goTo("running", "RESUME"));
    qemu.answer("system_reset", arguments -> reset());
    qemu.answer("system_powerdown", arguments -> powerButton());
  }

  /** The record it was started with. */
  public LaunchRecord launch() {
    return launch;
  }

  /** Its host says that it has other devices now. */
  void changed(LaunchRecord now) {
    launch = now;
  }

  /** What is plugged into it. */
  public FakeBackplane backplane() {
    return backplane;
  }

  /** Its memory that comes and goes. */
  public FakeMemory memory() {
    return memory;
  }

  /** How it writes its guest's memory down. */
  public FakeDump dump() {
    return dump;
  }

  /** How its disks are backed up. */
  public FakeBackups backups() {
    return backups;
  }

  /** How its disks are copied elsewhere while the guest goes on. */
  public FakeMirrors mirrors() {
    return mirrors;
  }

  /** How its state is written. */
  public FakeMigration migration() {
    return migration;
  }

  /** How its devices are set. */
  public FakeSettings settings() {
    return settings;
  }

  /** What is on its screen. */
  public FakeScreen screen() {
    return screen;
  }

  private synchronized boolean running() {
    return runState.equals("running");
  }

  /** Its monitor. */
  public FakeQemu monitor() {
    return qemu;
  }

  /** Every signal it was sent: {@code TERM}, {@code KILL}. */
  public synchronized List<String> signals() {
    return List.copyOf(signals);
  }

  /** How often somebody began to wait for its end. */
  public int exitsAwaited() {
    return exitsAwaited.get();
  }

  /** Whether its guest has ever run. */
  public synchronized boolean ran() {
    return ran;
  }

  /** What {@code query-status} tells. */
  public synchronized String runState() {
    return runState;
  }

  // ---- what a guest does

  /** The guest does not react to its power button. */
  public synchronized void ignorePowerButton() {
    obeysPowerButton = false;
  }

  /** The guest powers off; its QEMU stays until it is told to end. */
  public void guestShutsDown() {
    runState("shutdown");
    qemu.emit("SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-shutdown\"}");
    qemu.emit("STOP", "{}");
  }

  /** An agent starts in the guest; the same as before if there was one. */
  public FakeAgent startAgent() {
    FakeAgent started;
    synchronized (this) {
      started = agent.orElseGet(() -> FakeAgent.listen(launch.files().agentSocket()));
      agent = Optional.of(started);
      agentListens = true;
    }
    tellOfAgent(true);
    return started;
  }

  /** The agent in the guest ends; its port's socket stays QEMU's. */
  public void stopAgent() {
    synchronized (this) {
      agentListens = false;
    }
    tellOfAgent(false);
  }

  private void tellOfAgent(boolean open) {
    qemu.emit("VSERPORT_CHANGE", "{\"id\": \"agent-port\", \"open\": " + open + "}");
  }

  /** The guest panics. */
  public void guestPanics() {
    qemu.emit("GUEST_PANICKED", "{\"action\": \"pause\"}");
    runState("guest-panicked");
    qemu.emit("STOP", "{}");
  }

  /** The guest reboots. */
  public void guestReboots() {
    qemu.emit("RESET", "{\"guest\": true, \"reason\": \"guest-reset\"}");
  }

  /** QEMU pauses the guest because its disk is full. */
  public void diskFills() {
    writeFails();
    runState("io-error");
    qemu.emit("STOP", "{}");
  }

  /** QEMU tells of a write for which there was no space, and is about to pause the guest. */
  public void writeFails() {
    qemu.emit(
        "BLOCK_IO_ERROR",
        "{\"device\": \"\", \"node-name\": \"root\", \"operation\": \"write\", \"action\":"
            + " \"stop\", \"nospace\": true, \"reason\": \"No space left on device\"}");
  }

  /** What {@code query-status} tells from now on, without an event. */
  public synchronized void runState(String now) {
    runState = now;
  }

  // ---- what a process does

  /** Stops answering, as a process that was sent SIGSTOP; its process shows as stopped. */
  public void stop() {
    synchronized (this) {
      condition = Condition.STOPPED;
    }
    hang();
  }

  /** Stops answering, as a process that is stuck. */
  public void hang() {
    COMMANDS.forEach(qemu::hold);
  }

  /** Answers everything in band late, but still past its queue. */
  public void getBusy() {
    COMMANDS.stream().filter(command -> !command.equals("query-yank")).forEach(qemu::hold);
  }

  /** Goes on, and answers what was asked meanwhile. */
  public void goOn() {
    synchronized (this) {
      condition = Condition.ALIVE;
    }
    COMMANDS.forEach(qemu::release);
  }

  /** What its process uses from now on; nothing at first. */
  public synchronized void uses(ProcessUsage now) {
    usage = Optional.of(now);
  }

  /** Takes no notice of SIGTERM. */
  public synchronized void ignoreTerm() {
    obeysTerm = false;
  }

  /** Ends by itself. */
  public void die(ProcessExit how) {
    synchronized (this) {
      if (condition == Condition.GONE) {
        return;
      }
      condition = Condition.GONE;
      exitOnFile = how;
    }
    qemu.close();
    backups.close();
    endAgent();
    exit.completeAsync(() -> how);
  }

  private void endAgent() {
    Optional<FakeAgent> last;
    synchronized (this) {
      last = agent;
    }
    last.ifPresent(FakeAgent::close);
  }

  /** How it ended, as the next host finds it written down. */
  synchronized ProcessExit exitOnFile() {
    return exitOnFile;
  }

  /** Ends because somebody else sent SIGTERM. */
  public void isTerminatedByAStranger() {
    qemu.emit("SHUTDOWN", "{\"guest\": false, \"reason\": \"host-signal\"}");
    die(new ProcessExit(OptionalInt.of(0), OptionalInt.empty()));
  }

  // ---- what its host sees

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public void terminate() {
    synchronized (this) {
      signals.add("TERM");
      if (!obeysTerm || condition != Condition.ALIVE) {
        return;
      }
    }
    isTerminatedByAStranger();
  }

  @Override
  public void kill() {
    synchronized (this) {
      signals.add("KILL");
    }
    die(new ProcessExit(OptionalInt.empty(), OptionalInt.of(9)));
  }

  @Override
  public synchronized Condition condition() {
    return condition;
  }

  @Override
  public synchronized Optional<ProcessUsage> usage(Set<Long> threads) {
    return condition == Condition.GONE ? Optional.empty() : usage;
  }

  @Override
  public CompletableFuture<ProcessExit> exit() {
    exitsAwaited.incrementAndGet();
    return exit.copy();
  }

  // ---- commands

  private synchronized JsonNode status() {
    return Json.object().put("running", runState.equals("running")).put("status", runState);
  }

  private synchronized JsonNode chardevs() {
    ArrayNode all = Json.array();
    all.addObject().put("label", "qmp").put("filename", "qmp").put("frontend-open", true);
    all.addObject().put("label", "agent").put("filename", "a").put("frontend-open", agentListens);
    return all;
  }

  private JsonNode goTo(String next, String event) {
    synchronized (this) {
      runState = next;
      ran |= next.equals("running");
    }
    qemu.emit(event, "{}");
    backplane.guestGoesOn();
    memory.guestGoesOn();
    return Json.object();
  }

  private synchronized JsonNode reset() {
    if (!runState.equals("running")) {
      runState = "prelaunch";
    }
    return Json.object(); // the monitor sends RESET after it
  }

  private JsonNode powerButton() {
    boolean obeys;
    synchronized (this) {
      obeys = obeysPowerButton && runState.equals("running");
    }
    qemu.emit("POWERDOWN", "{}");
    if (obeys) {
      guestShutsDown();
    }
    return Json.object();
  }
}
