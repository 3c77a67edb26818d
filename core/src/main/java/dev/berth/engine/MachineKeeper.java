package dev.berth.engine;

import dev.berth.domain.AgentState;
import dev.berth.domain.Liveness;
import dev.berth.domain.MachineSummary;
import dev.berth.engine.qemu.AgentLink;
import dev.berth.engine.qemu.MachineSampler;
import dev.berth.engine.qemu.MachineWatch;
import dev.berth.engine.qemu.QemuNews;
import dev.berth.engine.qemu.QmpFeed;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Mailbox;
import dev.berth.host.VerbResult;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.PluggedDevice;
import dev.berth.machine.QemuProcess;
import dev.berth.qmp.FlightRecorder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine side of one driver: what its machine is just now, and those who take it from one
 * stage to the next. All state here and in them belongs to the driver's turns; other threads only
 * post to its mailbox.
 *
 * <pre>
 *             start                  started
 *   Off ───────────────► Starting ───────────► Active ◄──────────┐ adopted
 *    ▲                      │                  │  │ │            │
 *    │ failed, cancelled    │        destroy / │  │ │ connection lost, process alive
 *    ├──────────────────────┘    guest ended   │  │ └───────► Adopting ◄── found at open
 *    │                                         ▼  │            │  ▲
 *    └───────────────── process gone ◄── Ending   └─ gone      │  │ every 10 s
 *                                                              ▼  │
 *   Unreadable: a launch record that says nothing        Unadoptable
 * </pre>
 *
 * <p>{@link Starts} brings machines up, {@link Adoption} takes them up, {@link RunStateFollower}
 * and {@link QemuEvents} follow what QEMU tells, {@link LivenessCheck} whether it tells anything,
 * {@link ShutdownRequests} and {@link Reaper} see them end, {@link Restarts} brings them back,
 * {@link ManagedSaves} has them go on from what is kept of them, {@link Fdsets} has their open
 * files, {@link ShareFollower} what serves their shares.
 *
 * <p>All else that is done with a machine stands on these, who know no more of it than {@link
 * MachineFeatures}; {@link DomainFeatures} puts it together.
 */
final class MachineKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(MachineKeeper.class);

  /** Enough to see what led to it; {@code vmctl logs --qmp} has more. */
  private static final int LOGGED_MESSAGES = 8;

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineFeatures features;
  private final FlightRecorder recorder;
  private final QmpFeed feed = new QmpFeed();
  private final Starts starts;
  private final Adoption adoption;
  private final RunStateFollower runStates;
  private final QemuEvents qemuEvents;
  private final AgentFollower agents;
  private final Reaper reaper;
  private final ShutdownRequests shutdowns;
  private final Restarts restarts;
  private final Fdsets fdsets;
  private final ShareFollower shares;
  private final ManagedSaves managedSaves;
  private Lifecycle lifecycle = new Lifecycle.Off();
  private volatile Optional<MachineSampler> sampler = Optional.empty();

  /**
   * The machine side of one driver.
   *
   * @param features what is done with the machine; told and asked once all of it is made
   */
  MachineKeeper(HostServices host, Mailbox mailbox, Ledger ledger, MachineFeatures features) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.features = features;
    this.recorder = new FlightRecorder(host.clock());
    this.starts = new Starts(host, mailbox, ledger, this);
    this.adoption = new Adoption(host, mailbox, ledger, this);
    this.runStates = new RunStateFollower(host, mailbox, ledger, this);
    this.qemuEvents = new QemuEvents(host, ledger, this);
    this.agents = new AgentFollower(mailbox, this);
    this.reaper = new Reaper(host, mailbox, ledger, this);
    this.shutdowns = new ShutdownRequests(host, mailbox, ledger, this);
    this.restarts = new Restarts(host, mailbox, ledger, this);
    this.fdsets = new Fdsets(mailbox, ledger, this);
    this.shares = new ShareFollower(host, mailbox, ledger, this);
    this.managedSaves = new ManagedSaves(host, ledger, this);
    ledger.onStep(restarts::follow);
  }

  Lifecycle lifecycle() {
    return lifecycle;
  }

  void become(Lifecycle next) {
    if (lifecycle instanceof Lifecycle.Active active) {
      String why =
          next instanceof Lifecycle.Adopting
              ? "the connection to its machine's QEMU was lost"
              : "its machine is ending";
      active.agent().agent().ifPresent(agent -> agent.close(why));
    }
    if (!(next instanceof Lifecycle.Active)) {
      sampler = Optional.empty();
    }
    lifecycle = next;
  }

  /** Takes the figures of the machine that is followed. Any thread. */
  Optional<MachineSampler> sampler() {
    return sampler;
  }

  /** The last messages with this domain's machines. Any thread. */
  QmpFeed feed() {
    return feed;
  }

  FlightRecorder recorder() {
    return recorder;
  }

  /** Says in the log what was last spoken with QEMU before something went wrong. */
  void logLastMessages(String trouble) {
    if (LOG.isWarnEnabled()) {
      LOG.warn(
          "Domain '{}': {}. The last messages with its QEMU:\n{}",
          ledger.name(),
          trouble,
          new String(recorder.lines(LOGGED_MESSAGES), StandardCharsets.UTF_8).stripTrailing());
    }
  }

  /** What is done with the machine. */
  MachineFeatures features() {
    return features;
  }

  Starts starts() {
    return starts;
  }

  Adoption adoption() {
    return adoption;
  }

  RunStateFollower runStates() {
    return runStates;
  }

  AgentFollower agents() {
    return agents;
  }

  Reaper reaper() {
    return reaper;
  }

  ShutdownRequests shutdowns() {
    return shutdowns;
  }

  Restarts restarts() {
    return restarts;
  }

  ManagedSaves managedSaves() {
    return managedSaves;
  }

  Fdsets fdsets() {
    return fdsets;
  }

  /**
   * The machine answers; from now on it is followed.
   *
   * @param agent whether its guest's agent was there when the news began; unknown is asked for
   */
  Lifecycle.Active activate(Machine machine, QemuNews news, AgentState agent) {
    AgentLink link = new AgentLink(machine.launch(), agent, recorder);
    Lifecycle.Active active =
        new Lifecycle.Active(machine, new MachineWatch(host.now()), news, link);
    lifecycle = active;
    sampler = Optional.of(new MachineSampler(machine, host.clock(), ledger::launch));
    adoption.watchConnection(active);
    showMachine(active);
    shares.follow(active);
    if (link.state() == AgentState.UNKNOWN) {
      agents.ask(active);
    }
    news.follow(
        () -> mailbox.event(() -> lifecycle == active ? qemuEvents.take(active) : Mailbox.DONE));
    return active;
  }

  /** The machine may have other shares than before. */
  void sharesChanged() {
    if (lifecycle instanceof Lifecycle.Active active) {
      shares.follow(active);
      showMachine(active);
    }
  }

  /** What serves that device, if it is a share, ends now that the machine has it no more. */
  void forgetServersOf(PluggedDevice plugged) {
    plugged.servers().forEach(server -> shares.forget(server.share()));
  }

  /** Lets go of the machine, which runs on: the host is being closed. */
  void letGo() {
    features.letGo();
    if (lifecycle instanceof Lifecycle.Active active) {
      active.agent().agent().ifPresent(agent -> agent.close("the host was closed"));
      active.machine().qmp().close();
    } else if (lifecycle instanceof Lifecycle.Ending ending) {
      ending.qmp().ifPresent(qmp -> qmp.close());
    }
  }

  /** Records what has happened; what the store cannot take now is tried again until it can. */
  CompletionStage<Void> record(Step step) {
    return ledger.observe(step).thenRun(this::saveLater);
  }

  private void saveLater() {
    ledger
        .retry()
        .ifPresent(
            pause ->
                host.timers()
                    .after(
                        pause,
                        () -> mailbox.event(() -> ledger.saveUnsaved().thenRun(this::saveLater))));
  }

  VerbResult changed(String detail) {
    return new VerbResult(VerbResult.Effect.CHANGED, detail, ledger.snapshot());
  }

  /** Publishes what is known of the live machine. */
  void showMachine(Lifecycle.Active active) {
    MachineWatch watch = active.watch();
    showMachine(
        active.machine().launch(),
        active.machine().process(),
        watch.liveness(),
        watch.livenessSince(),
        active.agent().state());
  }

  /** Publishes what is known of a machine that has not answered yet. */
  void showMachine(LaunchRecord launch, QemuProcess process, Liveness liveness, Instant since) {
    AgentState agent = launch.hasAgentChannel() ? AgentState.UNKNOWN : AgentState.NO_CHANNEL;
    showMachine(launch, process, liveness, since, agent);
  }

  private void showMachine(
      LaunchRecord launch,
      QemuProcess process,
      Liveness liveness,
      Instant since,
      AgentState agent) {
    ledger.machine(
        Optional.of(
            new MachineSummary(
                launch.incarnation(),
                Optional.of(process.pid()),
                launch.qemu().version(),
                launch.hardware().machineType(),
                launch.hardware().accelerator(),
                launch.hardware().acceleratorReason(),
                liveness,
                since,
                agent,
                ledger.touched(),
                ledger.launch().map(LaunchRecord::lostShares).orElse(List.of()))));
  }
}
