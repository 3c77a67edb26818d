package dev.berth.cli;

import dev.berth.cli.output.DeviceTable;
import dev.berth.cli.output.DiskTable;
import dev.berth.cli.output.NicTable;
import dev.berth.cli.output.ShareTable;
import dev.berth.control.DeviceCodec;
import dev.berth.control.DiskCodec;
import dev.berth.control.NicCodec;
import dev.berth.control.ShareCodec;
import dev.berth.domain.ByteSize;
import dev.berth.host.DeviceSummary;
import dev.berth.host.DiskSummary;
import dev.berth.host.NicSummary;
import dev.berth.host.ShareSummary;
import dev.berth.host.VmHost;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The commands, in the order that help lists them. */
enum CommandName {
  UP("up", "Define a domain, start it, and show its first console lines."),
  DEFINE("define", "Create domains, or replace their definitions."),
  UNDEFINE("undefine", "Forget domains. Their disks are left alone."),
  START("start", "Start domains."),
  SHUTDOWN("shutdown", "Ask guests by ACPI to shut down, and wait until they have.", "stop"),
  SHUTDOWN_GUESTS(
      "shutdown-guests", "Shut all guests down in their order, as before the machine goes down."),
  DESTROY("destroy", "End machines, whatever their guests do."),
  RESET("reset", "Reset machines as their reset button would."),
  PAUSE("pause", "Stop the CPUs of domains."),
  RESUME("resume", "Let the CPUs of domains go on."),
  LIST("list", "List domains."),
  STATS("stats", "Print what domains use: CPU, memory, disks, networks."),
  TOP("top", "Watch what domains use, the busiest first; q leaves."),
  SHOW("show", "Show everything about a domain, or its definition."),
  WAIT("wait", "Wait until a domain is in a state."),
  CONSOLE("console", "Attach to a guest's serial console or a channel; Ctrl-] detaches."),
  SCREENSHOT("screenshot", "Write a picture of a guest's screen to a file here, as a PNG."),
  SEND_KEY("send-key", "Press keys of a guest's keyboard."),
  TYPE("type", "Type a text on a guest's keyboard."),
  NMI("nmi", "Inject a non-maskable interrupt into guests."),
  LOGS("logs", "Print what a guest wrote to its console, or what QEMU said."),
  EVENTS("events", "Print what happened, and what happens."),
  VNC_PASSWORD("vnc password", "Set what the VNC of a domain's screen asks for."),
  DISK_ATTACH("disk attach", "Add a disk to a domain, its machine, its definition or both."),
  DISK_DETACH("disk detach", "Take a disk out of a domain, and wait until its guest lets go."),
  DISK_LIST("disk list", "List the disks of a domain: of its machine, its definition, or both."),
  DISK_THROTTLE("disk throttle", "Limit how fast a disk of a domain may be."),
  DISK_LATENCY("disk latency", "Count how long the requests of a disk take, or no more."),
  DISK_RESIZE("disk resize", "Give a disk of a running domain another size."),
  DISK_INSERT("disk insert", "Put a medium into a drive of a domain."),
  DISK_EJECT("disk eject", "Take the medium out of a drive of a domain."),
  NIC_ATTACH(
      "nic attach", "Add a network interface to a domain, its machine, its definition or both."),
  NIC_DETACH(
      "nic detach", "Take a network interface out of a domain, and wait until its guest lets go."),
  NIC_LIST("nic list", "List the network interfaces of a domain."),
  NIC_LINK("nic link", "Pull the cable of a network interface, or put it in again."),
  SHARE_ATTACH(
      "share attach", "Share a directory with a domain, its machine, its definition or both."),
  SHARE_DETACH("share detach", "Take a share out of a domain, and wait until its guest lets go."),
  SHARE_LIST("share list", "List the shares of a domain."),
  DEVICE_ATTACH(
      "device attach",
      "Add a device to a domain: rng, tablet, watchdog, channel, iothread and others."),
  DEVICE_DETACH(
      "device detach", "Take such a device out of a domain, and wait until its guest lets go."),
  DEVICE_LIST("device list", "List the other devices of a domain that can come and go."),
  CPU_SET("cpu set", "Give a domain so many CPUs, its machine, its definition or both."),
  MEMORY_SET("memory set", "Give a domain so much memory, its machine, its definition or both."),
  MEMORY_BALLOON("memory balloon", "Have a guest's balloon leave it so much memory."),
  DUMP("dump", "Write a guest's memory to a file on the host, and wait until it is there."),
  SAVE("save", "Write a domain's machine to a file, and end it."),
  RESTORE("restore", "Have a saved machine's guest go on."),
  MIGRATE("migrate", "Move a domain to another host, while its guest goes on or shut off."),
  MIGRATION_SET(
      "migration set", "Set anew how fast a migration is sent, or how long its guest may stand."),
  MIGRATION_RESOLVE(
      "migration resolve", "Decide who has a guest whose other host never answers again."),
  POOL_CREATE("pool create", "Make a directory a pool of images."),
  POOL_LIST("pool list", "List pools, and how much room they have."),
  POOL_SHOW("pool show", "Show a pool."),
  POOL_DELETE("pool delete", "Forget a pool that nothing refers to. Its files are left alone."),
  IMAGE_CREATE("image create", "Make an empty image in a pool."),
  IMAGE_IMPORT("image import", "Copy a file into a pool, or put one there on record."),
  IMAGE_CLONE("image clone", "Copy an image, or make one that stands on it."),
  IMAGE_CONVERT("image convert", "Copy an image into another format, or compress it."),
  IMAGE_RESIZE("image resize", "Give an image another size that no machine uses."),
  IMAGE_CHECK("image check", "Look for errors in an image, and repair them when that is said."),
  IMAGE_LIST("image list", "List the images of all pools."),
  IMAGE_INFO("image info", "Show an image."),
  IMAGE_DELETE("image delete", "Delete an image that nothing refers to."),
  BACKUP_CREATE(
      "backup create", "Back up the disks of a running domain, and wait until that is done."),
  BACKUP_LIST(
      "backup list",
      "List the backups in a directory of the host, or of a domain, and whether they are of use."),
  BACKUP_EXPORT(
      "backup export",
      "Serve the disks of a running domain by NBD, as they are now, to be copied."),
  BACKUP_EXPORTED("backup exported", "Show where the disks of an export are served."),
  BACKUP_EXTENTS("backup extents", "Show which parts of a disk that is served have changed."),
  BACKUP_FINISH("backup finish", "End an export whose disks were copied."),
  BACKUP_SHOW("backup show", "Show a backup."),
  BACKUP_SCAN("backup scan", "Take on record what backups there are in a directory of the host."),
  BACKUP_VERIFY("backup verify", "Read back all of a backup, and all that it stands on."),
  BACKUP_RESTORE("backup restore", "Write what a backup has to new images, or onto a domain's."),
  BACKUP_DELETE("backup delete", "Delete a backup that no other stands on."),
  CHECKPOINT_CREATE("checkpoint create", "Begin to note what a running guest writes to its disks."),
  CHECKPOINT_LIST("checkpoint list", "List the checkpoints of a running domain."),
  CHECKPOINT_DELETE("checkpoint delete", "Forget a checkpoint; older ones miss nothing."),
  JOB_LIST("job list", "List jobs: work that outlives the daemon, and its results."),
  JOB_SHOW("job show", "Show everything about a job."),
  JOB_WAIT("job wait", "Wait until a job has ended. Exit code 20 when it was not done."),
  JOB_CANCEL("job cancel", "End a job before it is done."),
  JOB_PAUSE("job pause", "Hold a job where it is."),
  JOB_RESUME("job resume", "Let a job go on that is held."),
  QMP("qmp", "Send a QMP command to a domain's QEMU, or describe what it takes."),
  AGENT("agent", "Send a command to the agent in a guest, or describe what it takes."),
  VALIDATE("validate", "Check definitions. Needs no daemon."),
  SCHEMA("schema", "Print what definitions can say. Needs no daemon."),
  DOCTOR("doctor", "Examine this machine: what a host needs, what is amiss, and what to do."),
  HOST_INFO("host info", "Show what a host is: version, home, domains, QEMU."),
  DAEMON_RUN("daemon run", "Run a host in the foreground, until SIGTERM, SIGINT or 'daemon stop'."),
  DAEMON_STATUS("daemon status", "Show which daemon answers. Exit code 16 when none does."),
  DAEMON_STOP("daemon stop", "End the daemon, and wait until it is gone. Guests go on."),
  DAEMON_UNIT("daemon unit", "Print a systemd unit for the daemon or its guests."),
  COMPLETION("completion", "Print a completion script for a shell."),
  MAN("man", "Print the manual page: 'vmctl man | man -l -'."),
  VERSION("version", "Print the versions of vmctl and of the daemon."),
  HELP("help", "Show help on a command, or the exit codes.");

  private static final Map<String, String> GROUPS =
      Map.ofEntries(
          Map.entry("daemon", "Run a host, look at it, end it."),
          Map.entry("host", "Look at a host."),
          Map.entry("vnc", "Set who may see the screen of a domain."),
          Map.entry(
              "disk",
              "Attach disks to domains, detach, list, limit and resize them, change media."),
          Map.entry(
              "nic", "Attach network interfaces to domains, detach them, list them, pull cables."),
          Map.entry("share", "Attach shares of directories to domains, detach them, list them."),
          Map.entry("device", "Attach other devices to domains, detach them, list them."),
          Map.entry("cpu", "Give domains more CPUs or fewer."),
          Map.entry("memory", "Give domains more memory or less."),
          Map.entry("pool", "Make directories pools of images, list them, forget them."),
          Map.entry("image", "Make, copy, convert, resize, check, list and delete images."),
          Map.entry("job", "Look at jobs, wait for them, end them."),
          Map.entry(
              "backup", "Back up the disks of domains, restore them, list and check backups."),
          Map.entry("checkpoint", "Create, list and delete the checkpoints of domains."),
          Map.entry(
              "migration",
              "Set migrations anew that go on, decide about those whose other host is gone."));

  private final List<String> words;
  private final String summary;
  private final List<String> aliases;

  CommandName(String words, String summary, String... aliases) {
    this.words = List.of(words.split(" "));
    this.summary = summary;
    this.aliases = List.of(aliases);
  }

  /** What is typed, one or two words. */
  List<String> words() {
    return words;
  }

  /** One line on what it does. */
  String summary() {
    return summary;
  }

  /** Other first words. */
  List<String> aliases() {
    return aliases;
  }

  /** Whether that first word means this command or its group. */
  boolean beginsWith(String word) {
    return words.get(0).equals(word) || aliases.contains(word);
  }

  /** One line on what the commands do that have that first word of two. */
  static String summaryOfGroup(String word) {
    return Objects.requireNonNull(GROUPS.get(word), word);
  }

  /** The command, its parameters declared and not filled in yet. */
  Command create(Parameters parameters) {
    return switch (this) {
      case UP -> new UpCommand(parameters);
      case DEFINE -> new DefineCommand(parameters);
      case UNDEFINE -> new UndefineCommand(parameters);
      case START -> new StartCommand(parameters);
      case SHUTDOWN -> new ShutdownCommand(parameters);
      case SHUTDOWN_GUESTS -> new ShutdownGuestsCommand(parameters);
      case DESTROY -> new DestroyCommand(parameters);
      case RESET -> new ResetCommand(parameters);
      case PAUSE -> new PauseCommand(parameters);
      case RESUME -> new ResumeCommand(parameters);
      case LIST -> new ListCommand(parameters);
      case STATS -> new StatsCommand(parameters);
      case TOP -> new TopCommand(parameters);
      case SHOW -> new ShowCommand(parameters);
      case WAIT -> new WaitCommand(parameters);
      case CONSOLE -> new ConsoleCommand(parameters);
      case SCREENSHOT -> new ScreenshotCommand(parameters);
      case SEND_KEY -> new SendKeyCommand(parameters);
      case TYPE -> new TypeCommand(parameters);
      case NMI -> new NmiCommand(parameters);
      case LOGS -> new LogsCommand(parameters);
      case EVENTS -> new EventsCommand(parameters);
      case VNC_PASSWORD -> new VncPasswordCommand(parameters);
      case DISK_ATTACH -> new DiskAttachCommand(parameters);
      case DISK_DETACH ->
          new GuestJobCommand(
              parameters, "DISK", "The disk's name in the domain.", VmHost::detachDisk);
      case DISK_LIST ->
          new DevicesCommand<>(
              parameters, VmHost::disks, DiskSummary::name, DiskCodec::write, DiskTable::rows);
      case DISK_THROTTLE -> new DiskThrottleCommand(parameters);
      case DISK_LATENCY -> new DiskLatencyCommand(parameters);
      case DISK_RESIZE -> new DiskResizeCommand(parameters);
      case DISK_INSERT -> new DiskInsertCommand(parameters);
      case DISK_EJECT -> new DiskEjectCommand(parameters);
      case NIC_ATTACH -> new NicAttachCommand(parameters);
      case NIC_DETACH ->
          new GuestJobCommand(
              parameters, "NIC", "The interface's name in the domain.", VmHost::detachNic);
      case NIC_LIST ->
          new DevicesCommand<>(
              parameters, VmHost::nics, NicSummary::name, NicCodec::write, NicTable::rows);
      case NIC_LINK -> new NicLinkCommand(parameters);
      case SHARE_ATTACH -> new ShareAttachCommand(parameters);
      case SHARE_DETACH ->
          new GuestJobCommand(
              parameters, "SHARE", "The share's name in the domain.", VmHost::detachShare);
      case SHARE_LIST ->
          new DevicesCommand<>(
              parameters, VmHost::shares, ShareSummary::name, ShareCodec::write, ShareTable::rows);
      case DEVICE_ATTACH -> new DeviceAttachCommand(parameters);
      case DEVICE_DETACH ->
          new GuestJobCommand(
              parameters, "DEVICE", "Its name, as 'device list' has it.", VmHost::detachDevice);
      case DEVICE_LIST ->
          new DevicesCommand<>(
              parameters,
              VmHost::devices,
              DeviceSummary::name,
              DeviceCodec::write,
              DeviceTable::rows);
      case CPU_SET ->
          new GuestJobCommand(
              parameters,
              "COUNT",
              "How many it shall have.",
              (host, domain, count, scope, job, options) ->
                  host.setCpus(domain, count(count), scope, job, options));
      case MEMORY_SET ->
          new GuestJobCommand(
              parameters,
              "SIZE",
              "What it shall have, such as 4GiB.",
              (host, domain, size, scope, job, options) ->
                  host.setMemory(domain, size(size), scope, job, options));
      case MEMORY_BALLOON -> new MemoryBalloonCommand(parameters);
      case DUMP -> new DumpCommand(parameters);
      case SAVE -> new SaveCommand(parameters);
      case RESTORE -> new RestoreCommand(parameters);
      case MIGRATE -> new MigrateCommand(parameters);
      case MIGRATION_SET -> new MigrationSetCommand(parameters);
      case MIGRATION_RESOLVE -> new MigrationResolveCommand(parameters);
      case POOL_CREATE -> new PoolCreateCommand(parameters);
      case POOL_LIST -> new PoolListCommand();
      case POOL_SHOW -> new PoolShowCommand(parameters);
      case POOL_DELETE -> new PoolDeleteCommand(parameters);
      case IMAGE_CREATE -> new ImageCreateCommand(parameters);
      case IMAGE_IMPORT -> new ImageImportCommand(parameters);
      case IMAGE_CLONE -> new ImageCloneCommand(parameters);
      case IMAGE_CONVERT -> new ImageConvertCommand(parameters);
      case IMAGE_RESIZE -> new ImageResizeCommand(parameters);
      case IMAGE_CHECK -> new ImageCheckCommand(parameters);
      case IMAGE_LIST -> new ImageListCommand(parameters);
      case IMAGE_INFO -> new ImageInfoCommand(parameters);
      case IMAGE_DELETE -> new ImageDeleteCommand(parameters);
      case BACKUP_CREATE -> new BackupCreateCommand(parameters);
      case BACKUP_LIST -> new BackupListCommand(parameters);
      case BACKUP_EXPORT -> new BackupExportCommand(parameters);
      case BACKUP_EXPORTED -> new BackupExportedCommand(parameters);
      case BACKUP_EXTENTS -> new BackupExtentsCommand(parameters);
      case BACKUP_FINISH -> new BackupFinishCommand(parameters);
      case BACKUP_SHOW -> new BackupShowCommand(parameters);
      case BACKUP_SCAN -> new BackupScanCommand(parameters);
      case BACKUP_VERIFY -> new BackupVerifyCommand(parameters);
      case BACKUP_RESTORE -> new BackupRestoreCommand(parameters);
      case BACKUP_DELETE -> new BackupDeleteCommand(parameters);
      case CHECKPOINT_CREATE -> new CheckpointCreateCommand(parameters);
      case CHECKPOINT_LIST -> new CheckpointListCommand(parameters);
      case CHECKPOINT_DELETE -> new CheckpointDeleteCommand(parameters);
      case JOB_LIST -> new JobListCommand(parameters);
      case JOB_SHOW -> new JobShowCommand(parameters);
      case JOB_WAIT -> new JobWaitCommand(parameters);
      case JOB_CANCEL -> new JobVerbCommand(parameters, VmHost::cancelJob);
      case JOB_PAUSE -> new JobVerbCommand(parameters, VmHost::pauseJob);
      case JOB_RESUME -> new JobVerbCommand(parameters, VmHost::resumeJob);
      case QMP -> new QmpCommand(parameters);
      case AGENT -> new AgentCommand(parameters);
      case VALIDATE -> new ValidateCommand(parameters);
      case SCHEMA -> new SchemaCommand(parameters);
      case DOCTOR -> new DoctorCommand();
      case HOST_INFO -> new HostInfoCommand();
      case DAEMON_RUN -> new DaemonRunCommand(parameters);
      case DAEMON_STATUS -> new DaemonStatusCommand();
      case DAEMON_STOP -> new DaemonStopCommand(parameters);
      case DAEMON_UNIT -> new DaemonUnitCommand(parameters);
      case COMPLETION -> new CompletionCommand(parameters);
      case MAN -> new ManCommand();
      case VERSION -> new VersionCommand();
      case HELP -> new HelpCommand(parameters);
    };
  }

  /** The size of an argument. */
  static ByteSize size(String word) {
    return ByteSize.parse(word)
        .orElseThrow(() -> new UsageException("SIZE is a number with a unit, such as 20GiB."));
  }

  private static int count(String word) {
    if (!word.matches("[0-9]{1,3}")) {
      throw new UsageException("COUNT is a whole number.");
    }
    return Integer.parseInt(word);
  }
}
