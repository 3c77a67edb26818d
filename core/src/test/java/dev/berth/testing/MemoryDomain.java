package dev.berth.testing;

import dev.berth.definition.DefinitionWriter;
import dev.berth.definition.DeviceKind;
import dev.berth.definition.Devices.Presence;
import dev.berth.definition.Disk;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Pluggable;
import dev.berth.definition.SmallDevice;
import dev.berth.domain.AgentState;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainSnapshot.DefinitionSummary;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.HandTouch;
import dev.berth.domain.Liveness;
import dev.berth.domain.MachineSummary;
import dev.berth.domain.StateReason;
import dev.berth.error.NotFoundException;
import dev.berth.host.EditScope;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** One domain of a {@link MemoryHost}, which guards it with its own lock. */
final class MemoryDomain {
  private final Clock clock;
  private DomainDefinition definition;
  private long revision = 1;
  private long generation;
  private Optional<Machine> machine = Optional.empty();
  private FakeFdsets fdsets = new FakeFdsets();
  private DomainSnapshot snapshot;

  final ByteArrayOutputStream consoleLog = new ByteArrayOutputStream();
  final List<MemoryConsole> consoles = new ArrayList<>();
  final List<String> qmpEvents = new ArrayList<>();
  final Map<String, String> agentAnswers = new HashMap<>();
  final Map<JobId, EditScope> scopes = new HashMap<>();
  private final Map<JobId, Job> jobs = new LinkedHashMap<>();
  private final Map<DeviceKind, Map<String, Pluggable>> devices = new EnumMap<>(DeviceKind.class);
  private final Map<String, ByteSize> sizes = new HashMap<>();
  final List<String> pressed = new ArrayList<>();
  boolean deaf;

  /** Whether others can map its machine's memory. */
  boolean mappable;

  /** What its machine has, and has room for where CPUs can come and go. */
  int cpus;

  Optional<Integer> roomForCpus = Optional.empty();

  /** The memory that it was started with, and has room for. */
  ByteSize least = new ByteSize(0);

  ByteSize most = new ByteSize(0);

  /** What it has now, and whether that grows by DIMMs. */
  ByteSize memory = new ByteSize(0);

  boolean dimms;

  /** A machine that was started with that revision. */
  private record Machine(MachineSummary summary, long revision, Optional<String> bootDisk) {

    Machine touched(HandTouch touch) {
      return new Machine(with(summary.agent(), Optional.of(touch)), revision, bootDisk);
    }

    MachineSummary with(AgentState agent, Optional<HandTouch> touched) {
      return new MachineSummary(
          summary.incarnation(),
          summary.pid(),
          summary.qemuVersion(),
          summary.machineType(),
          summary.accelerator(),
          summary.acceleratorReason(),
          summary.liveness(),
          summary.livenessSince(),
          agent,
          touched,
          summary.lostShares());
    }

    Machine following(long next) {
      return new Machine(summary, revision == next - 1 ? next : revision, bootDisk);
    }
  }

  MemoryDomain(DomainDefinition definition, Clock clock) {
    this.clock = clock;
    this.definition = definition;
    this.snapshot =
        publish(DomainStatus.of(DomainState.SHUTOFF, StateReason.UNKNOWN, clock.instant()));
  }

  UUID uuid() {
    return definition.uuid().orElseThrow();
  }

  DomainDefinition definition() {
    return definition;
  }

  long revision() {
    return revision;
  }

  String json() {
    return DefinitionWriter.json(definition);
  }

  DomainSnapshot snapshot() {
    return snapshot;
  }

  DomainState state() {
    return snapshot.status().state();
  }

  boolean hasMachine() {
    return machine.isPresent();
  }

  /** Its jobs, the oldest first. */
  Map<JobId, Job> jobs() {
    return jobs;
  }

  /** The devices of a kind that its machine has, by name. */
  Map<String, Pluggable> devices(DeviceKind kind) {
    return devices.computeIfAbsent(kind, none -> new LinkedHashMap<>());
  }

  /** The sizes of images that were resized, by the names of their disks. */
  Map<String, ByteSize> sizes() {
    return sizes;
  }

  /** The disk that its machine boots from. */
  Optional<String> bootDisk() {
    return machine.flatMap(Machine::bootDisk);
  }

  /** What was done to the machine is in the definition now. */
  void redefineWithMachine(DomainDefinition replacement) {
    machine = machine.map(it -> it.following(revision + 1));
    redefine(replacement);
  }

  void redefine(DomainDefinition replacement) {
    definition = replacement;
    revision++;
    publish(snapshot.status());
  }

  /** A machine is there; its guest has not run. */
  void powerOn() {
    fdsets = new FakeFdsets();
    var summary =
        new MachineSummary(
            UUID.randomUUID().toString(),
            Optional.of(ProcessHandle.current().pid()),
            "7.2.0",
            definition.compute().machineType(),
            "tcg",
            "in memory",
            Liveness.RESPONSIVE,
            clock.instant(),
            AgentState.UNKNOWN,
            Optional.empty(),
            List.of());
    machine =
        Optional.of(
            new Machine(
                summary, revision, definition.disks().stream().map(Disk::name).findFirst()));
    devices.clear();
    mappable =
        definition.compute().backing().isMappable()
            || !definition.devices().peripherals().shares().isEmpty();
    cpus = definition.compute().cpus();
    roomForCpus = definition.compute().maxCpus();
    memory = definition.compute().memory();
    dimms = definition.compute().growsByDimms();
    least = definition.compute().memory();
    most = definition.compute().maxMemory().orElse(new ByteSize(0));
    for (DeviceKind kind : DeviceKind.values()) {
      kind.in(definition).forEach(device -> devices(kind).put(device.name(), device));
    }
    enter(DomainState.PAUSED, StateReason.STARTING_UP);
  }

  /** The fdsets of the machine. */
  FakeFdsets fdsets() {
    return fdsets;
  }

  /** Whether its guest agent listens. */
  AgentState agent() {
    return agent(state());
  }

  private AgentState agent(DomainState now) {
    if (definition.devices().guestAgent() != Presence.PRESENT) {
      return AgentState.NO_CHANNEL;
    }
    boolean listens = now == DomainState.RUNNING && !agentAnswers.isEmpty();
    return listens ? AgentState.CONNECTED : AgentState.DISCONNECTED;
  }

  /** There is an agent in the guest that gives this answer. */
  void agentAnswers(String command, String json) {
    agentAnswers.put(command, json);
    publish(snapshot.status());
  }

  /** Somebody sent a command by hand. */
  void touch(String command, String actor) {
    machine = machine.map(it -> it.touched(new HandTouch(command, actor, clock.instant())));
    publish(snapshot.status());
  }

  void powerOff(StateReason reason, Optional<String> detail) {
    machine = Optional.empty();
    consoles.forEach(MemoryConsole::end);
    consoles.clear();
    publish(new DomainStatus(DomainState.SHUTOFF, reason, detail, clock.instant()));
  }

  /** Refuses what is no port of the machine. */
  void requirePort(String name) {
    boolean isPort =
        devices(DeviceKind.DEVICE).get(name) instanceof SmallDevice device && device.isPort();
    if (!isPort && !definition.devices().peripherals().consoles().contains(name)) {
      throw new NotFoundException(
          "The machine of '" + definition.name() + "' has no port '" + name + "'.");
    }
  }

  /** A port is gone, and with it whoever is attached to it. */
  void endPort(String name) {
    consoles.stream()
        .filter(console -> console.isTo(Optional.of(name)))
        .forEach(MemoryConsole::end);
  }

  void enter(DomainState state, StateReason reason) {
    publish(DomainStatus.of(state, reason, clock.instant()));
  }

  private DomainSnapshot publish(DomainStatus status) {
    generation++;
    snapshot =
        new DomainSnapshot(
            definition.name(),
            uuid(),
            generation,
            clock.instant(),
            status,
            new DefinitionSummary(
                revision,
                machine.isPresent() && machine.get().revision() != revision,
                definition.compute().cpus(),
                definition.compute().memory(),
                definition.labels()),
            machine.map(it -> it.with(agent(status.state()), it.summary().touched())),
            Optional.empty(),
            Optional.empty());
    return snapshot;
  }
}
