package dev.berth.launcher;

import dev.berth.definition.AcceleratorChoice;
import dev.berth.definition.Compute;
import dev.berth.definition.Disk;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.domain.StateChannels;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.Problem;
import dev.berth.error.UnsupportedException;
import dev.berth.host.HostInfo;
import dev.berth.launcher.QemuCapabilities.MachineType;
import dev.berth.machine.ArrivingMachine;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.Hardware;
import dev.berth.machine.LaunchRecord.Qemu;
import dev.berth.machine.LaunchRecord.Subject;
import dev.berth.machine.MachineFiles;
import dev.berth.machine.Relaunch;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Resolves a definition against this host: which QEMU, which accelerator, which machine type. */
final class LaunchResolver {
  private static final int INCARNATION_BYTES = 16;
  private static final String HOST = "host";

  /** What has no console leaves the log of the domain's as long as it is. */
  private static final ByteSize UNTOUCHED = new ByteSize(Long.MAX_VALUE);

  private final LauncherSettings settings;
  private final QemuFinder finder;
  private final AcceleratorChooser accelerators;
  private final SchemaShelf schemas;
  private final FirmwareCatalog firmwares = new FirmwareCatalog(FirmwareCatalog.DIRECTORIES);
  private final VirtiofsdFinder servers = new VirtiofsdFinder(VirtiofsdFinder.DIRECTORIES);
  private final CpuProbe cpus = new CpuProbe(QemuLauncher.PROBE_LIMIT, KvmSettings.HERE);
  private final SecureRandom random = new SecureRandom();

  LaunchResolver(
      LauncherSettings settings,
      QemuFinder finder,
      AcceleratorChooser accelerators,
      SchemaShelf schemas) {
    this.settings = settings;
    this.finder = finder;
    this.accelerators = accelerators;
    this.schemas = schemas;
  }

  /**
   * The launch record of a definition on this host.
   *
   * @param held everything that the definition names and does not contain
   * @throws InvalidDefinitionException with everything that is wrong with it here
   * @throws UnsupportedException when this host lacks what it needs
   * @throws InterruptedException when the caller is interrupted while QEMU is tried out
   */
  LaunchRecord resolve(UUID domain, long revision, DomainDefinition definition, HeldResources held)
      throws InterruptedException {
    QemuInstall qemu = finder.find();
    List<Problem> problems = new ArrayList<>();
    Optional<MachineType> type =
        new HardwareChecks(qemu.capabilities(), problems).check(definition);
    KernelChecks.check(definition.boot(), problems);
    VsockChecks.check(definition.devices().peripherals(), VsockChecks.DEVICE, problems);
    MemoryChecks.check(definition.compute(), MemoryChecks.POOLS, problems);
    ImageChecks images = new ImageChecks(problems);
    images.check(definition.disks(), held);
    PortChecks.check(definition.nics(), problems);
    Optional<UefiFirmware> firmware =
        type.flatMap(
            resolved ->
                UefiFirmware.resolve(
                    definition.boot(),
                    resolved.name(),
                    firmwares,
                    settings.variablesDirectory().resolve(domain.toString()),
                    problems));
    List<String> status = NetworkChecks.processStatus();
    VhostNet vhost = VhostNet.of(VhostNet.DEVICE, definition.nics());
    NetworkChecks.check(definition.nics(), held, status, vhost, problems);
    Optional<SharePlanner.Server> shareServer =
        ShareChecks.check(definition.devices().peripherals().shares(), servers, status, problems)
            .map(found -> new SharePlanner.Server(found, ShareChecks.sandbox(status)));
    if (!problems.isEmpty() || type.isEmpty()) {
      throw new InvalidDefinitionException(definition.name().text(), problems);
    }
    AcceleratorVerdict verdict = accelerators.choose(qemu, definition.compute().accelerator());
    Hardware hardware = hardware(definition.compute(), type.get(), verdict);
    String incarnation = incarnation();
    return LaunchPlanner.plan(
        new LaunchPlanner.Input(
            new Subject(domain, definition.name(), revision, incarnation),
            definition,
            qemu,
            hardware,
            files(domain, incarnation, definition.devices().consoleLogLimit()),
            images.facts(),
            firmware,
            vhost,
            shareServer));
  }

  /**
   * The launch record of a QEMU without a guest that has the images of those disks open.
   *
   * @throws InvalidDefinitionException with everything that is wrong with the images
   * @throws InterruptedException when the caller is interrupted while QEMU is tried out
   */
  LaunchRecord resolveStandIn(UUID domain, long revision, DomainName name, List<Disk> disks)
      throws InterruptedException {
    QemuInstall qemu = finder.find();
    List<Problem> problems = new ArrayList<>();
    ImageChecks images = new ImageChecks(problems);
    try (HeldResources none = HeldResources.none()) {
      images.check(disks, none);
    }
    if (!problems.isEmpty()) {
      throw new InvalidDefinitionException(name.text(), problems);
    }
    String incarnation = incarnation();
    return StandInPlanner.plan(
        new Subject(domain, name, revision, incarnation),
        qemu,
        files(domain, incarnation, UNTOUCHED),
        disks,
        images.facts());
  }

  private static Hardware hardware(
      Compute compute, MachineType type, AcceleratorVerdict accelerator) {
    String model = compute.cpuModel().orElse(accelerator.isKvm() ? HOST : "max");
    if (model.equals(HOST) && !accelerator.isKvm()) {
      throw new UnsupportedException(
          "CPU model 'host' needs KVM, which cannot be used: "
              + accelerator.reason()
              + ". Use 'cpu: max'.");
    }
    return new Hardware(
        type.name(),
        ComputePlanner.cpu(model, compute),
        compute.cpus(),
        compute.memory(),
        accelerator.accelerator(),
        accelerator.reason());
  }

  /** The binaries examined so far. */
  List<HostInfo.QemuInfo> qemus() {
    return finder.examined().stream()
        .map(
            qemu -> {
              AcceleratorVerdict verdict = accelerators.known(qemu);
              return new HostInfo.QemuInfo(
                  qemu.binary(),
                  qemu.capabilities().version(),
                  verdict.accelerator(),
                  verdict.reason());
            })
        .toList();
  }

  /** Where a launch of that incarnation has its files. */
  MachineFiles files(UUID domain, String incarnation, ByteSize consoleLogLimit) {
    String shortDomain = domain.toString().substring(0, 8);
    return new MachineFiles(
        settings.runDirectory().resolve(shortDomain).resolve(incarnation),
        settings.logDirectory().resolve(domain.toString()),
        consoleLogLimit);
  }

  /**
   * The record of a machine that loads the state of another.
   *
   * @throws HostFailureException when that was of a host with other directories, or its QEMU is
   *     gone
   */
  LaunchRecord again(LaunchRecord saved) {
    String cannot = "Cannot restore domain '" + saved.subject().name() + "': ";
    if (!UnreadableLaunch.isIncarnation(saved.incarnation())) {
      throw new HostFailureException(
          cannot + "'" + saved.incarnation() + "' names no launch. No version has written that.");
    }
    LaunchRecord again = Relaunch.of(saved, incarnation());
    MachineFiles files =
        files(saved.subject().domain(), again.incarnation(), saved.files().consoleLogLimit());
    if (!files.equals(again.files())) {
      throw new HostFailureException(
          cannot
              + "its files were in '"
              + saved.files().runDirectory()
              + "', and this host has them in '"
              + files.runDirectory()
              + "'. Use a host with the same directories.");
    }
    if (!Files.isExecutable(again.qemu().binary())) {
      throw new HostFailureException(
          cannot + "there is no '" + again.qemu().binary() + "' any more, which it ran in.");
    }
    if (!again.argv().get(0).equals(again.qemu().binary().toString())
        || !finder.couldFind(again.qemu().binary())) {
      throw new HostFailureException(
          cannot
              + "it ran in '"
              + again.argv().get(0)
              + "', which is no QEMU that this host starts. Add that to its setting 'qemu'.");
    }
    return again;
  }

  /**
   * The same in the QEMU that this host starts now, which need not be the one that it ran in.
   *
   * @param cpu what its guest's CPU was, which it keeps
   * @throws HostFailureException when it was of a host with other directories
   * @throws UnsupportedException naming all that keeps that QEMU from loading it
   */
  LaunchRecord anew(LaunchRecord saved, GuestCpu cpu) throws InterruptedException {
    QemuInstall qemu = finder.find();
    Qemu present = new Qemu(qemu.binary(), qemu.capabilities().version());
    if (present.equals(saved.qemu())) {
      return again(saved);
    }
    List<String> obstacles = new ArrayList<>(ArrivalChecks.ofQemu(saved, qemu));
    obstacles.addAll(OfferedLaunch.obstacles(saved, qemu.capabilities()));
    List<String> surplus = List.of();
    if (obstacles.isEmpty()) {
      ArrivalCpu here =
          ArrivalCpu.of(new ArrivingMachine(saved, cpu, StateChannels.ONE), qemu, cpus);
      here.obstacle().ifPresent(obstacles::add);
      surplus = here.surplus();
    }
    if (!obstacles.isEmpty()) {
      throw cannotGoOn(saved, present, obstacles);
    }
    Subject before = saved.subject();
    Subject subject =
        new Subject(before.domain(), before.name(), before.definitionRevision(), incarnation());
    MachineFiles files =
        files(before.domain(), subject.incarnation(), saved.files().consoleLogLimit());
    try {
      return Relaunch.without(Relaunch.moved(saved, subject, present, files), surplus);
    } catch (IllegalArgumentException unfit) {
      throw cannotGoOn(saved, present, List.of(String.valueOf(unfit.getMessage())));
    }
  }

  private static UnsupportedException cannotGoOn(
      LaunchRecord saved, Qemu present, List<String> obstacles) {
    return new UnsupportedException(
        "Domain '"
            + saved.subject().name()
            + "' cannot go on in '"
            + present.binary()
            + "': "
            + String.join("; ", obstacles)
            + ". It was saved in QEMU "
            + saved.qemu().version()
            + " ('"
            + saved.qemu().binary()
            + "'): have this host start that again, by its setting 'qemu'.");
  }

  /**
   * The record of a machine that takes in the state of one of another host.
   *
   * @throws UnsupportedException naming all that speaks against it
   */
  LaunchRecord arrival(ArrivingMachine arriving, long revision) throws InterruptedException {
    LaunchRecord source = arriving.source();
    QemuInstall qemu = finder.find();
    List<String> obstacles = new ArrayList<>(ArrivalChecks.of(source, qemu));
    obstacles.addAll(OfferedLaunch.obstacles(source, qemu.capabilities()));
    obstacles.addAll(ArrivalRoom.here().obstacles(source, settings));
    obstacles.addAll(ArrivalLinks.here().obstacles(source));
    ArrivalChannels.obstacle(schemas, qemu, arriving.channels()).ifPresent(obstacles::add);
    if (source.hardware().accelerator().equals(AcceleratorVerdict.KVM)
        && !accelerators.choose(qemu, AcceleratorChoice.AUTO).isKvm()) {
      obstacles.add("it runs by KVM, which does not work here");
    }
    List<String> surplus = List.of();
    if (obstacles.isEmpty()) {
      ArrivalCpu cpu = ArrivalCpu.of(arriving, qemu, cpus);
      cpu.obstacle().ifPresent(obstacles::add);
      surplus = cpu.surplus();
    }
    String incarnation = incarnation();
    Subject subject =
        new Subject(source.subject().domain(), source.subject().name(), revision, incarnation);
    MachineFiles files =
        files(source.subject().domain(), incarnation, source.files().consoleLogLimit());
    Optional<LaunchRecord> moved = Optional.empty();
    try {
      moved =
          Optional.of(
              Relaunch.without(
                  Relaunch.moved(
                      source,
                      subject,
                      new Qemu(qemu.binary(), qemu.capabilities().version()),
                      files),
                  surplus));
    } catch (IllegalArgumentException unfit) {
      obstacles.add(String.valueOf(unfit.getMessage()));
    }
    if (!obstacles.isEmpty() || moved.isEmpty()) {
      throw new UnsupportedException(
          "Cannot take domain '"
              + source.subject().name()
              + "': "
              + String.join("; ", obstacles)
              + ".");
    }
    return moved.get();
  }

  private String incarnation() {
    byte[] bytes = new byte[INCARNATION_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
