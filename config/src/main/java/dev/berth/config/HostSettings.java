package dev.berth.config;

import dev.berth.api.Api;
import dev.berth.control.ControlAccess;
import dev.berth.control.TlsEndpoint;
import dev.berth.engine.EngineSettings;
import dev.berth.engine.migration.MigrationNetwork;
import dev.berth.host.ResourceResolver;
import dev.berth.tls.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How to open a host. Immutable.
 *
 * @param layout where its files are
 * @param qemuBinaries QEMU binaries, the first by default; empty looks along {@code PATH}
 * @param searchPath directories as in {@code PATH}
 * @param engine limits and times
 * @param eventsKept how many events are kept at most
 * @param eventAge age at which an event is dropped
 * @param access who may use the control socket besides its owner and root
 * @param control where an embedded host serves the control socket, if it does; a daemon always
 *     serves the one of its layout
 * @param resources who is asked for what definitions name and no caller has given; a daemon has
 *     nobody to ask
 * @param listen where the host serves clients over TLS, if it does
 * @param tls what the host shows and believes when it connects to another one
 * @param migration where machines of hosts elsewhere come in
 */
@Api(since = "0.1")
public record HostSettings(
    HomeLayout layout,
    List<Path> qemuBinaries,
    String searchPath,
    EngineSettings engine,
    int eventsKept,
    Duration eventAge,
    ControlAccess access,
    Optional<Path> control,
    ResourceResolver resources,
    Optional<TlsEndpoint> listen,
    TlsFiles tls,
    MigrationNetwork migration) {

  /** Copies the list. */
  public HostSettings {
    qemuBinaries = List.copyOf(qemuBinaries);
  }

  /** Settings of a host without a resolver. */
  public HostSettings(
      HomeLayout layout,
      List<Path> qemuBinaries,
      String searchPath,
      EngineSettings engine,
      int eventsKept,
      Duration eventAge,
      ControlAccess access,
      Optional<Path> control) {
    this(
        layout,
        qemuBinaries,
        searchPath,
        engine,
        eventsKept,
        eventAge,
        access,
        control,
        ResourceResolver.NONE);
  }

  /** Settings of a host that is reached on its machine alone. */
  public HostSettings(
      HomeLayout layout,
      List<Path> qemuBinaries,
      String searchPath,
      EngineSettings engine,
      int eventsKept,
      Duration eventAge,
      ControlAccess access,
      Optional<Path> control,
      ResourceResolver resources) {
    this(
        layout,
        qemuBinaries,
        searchPath,
        engine,
        eventsKept,
        eventAge,
        access,
        control,
        resources,
        Optional.empty(),
        TlsSettings.usual(layout));
  }

  /** Settings of a host at which machines of others come in as by default. */
  public HostSettings(
      HomeLayout layout,
      List<Path> qemuBinaries,
      String searchPath,
      EngineSettings engine,
      int eventsKept,
      Duration eventAge,
      ControlAccess access,
      Optional<Path> control,
      ResourceResolver resources,
      Optional<TlsEndpoint> listen,
      TlsFiles tls) {
    this(
        layout,
        qemuBinaries,
        searchPath,
        engine,
        eventsKept,
        eventAge,
        access,
        control,
        resources,
        listen,
        tls,
        MigrationNetwork.USUAL);
  }

  /**
   * The same, for a host in this JVM that also serves a control socket, so that {@code vmctl} and
   * other programs reach its domains.
   *
   * @param socket its path, in a directory that only its owner may write to, and that lets those
   *     through whom {@code access} names
   */
  public HostSettings control(Path socket, ControlAccess access) {
    return with(access, Optional.of(socket), resources, listen, migration);
  }

  /**
   * The same, for a host in this JVM that asks this resolver for what definitions name and no
   * caller has given: file descriptors and secrets.
   */
  public HostSettings resources(ResourceResolver resolver) {
    return with(access, control, resolver, listen, migration);
  }

  /** The same, for a host that also serves clients on other machines, over TLS. */
  public HostSettings listen(TlsEndpoint endpoint) {
    return with(access, control, resources, Optional.of(endpoint), migration);
  }

  /** The same, for a host at which machines of hosts elsewhere come in there. */
  public HostSettings migration(MigrationNetwork network) {
    return with(access, control, resources, listen, network);
  }

  private HostSettings with(
      ControlAccess access,
      Optional<Path> control,
      ResourceResolver resources,
      Optional<TlsEndpoint> listen,
      MigrationNetwork migration) {
    return new HostSettings(
        layout,
        qemuBinaries,
        searchPath,
        engine,
        eventsKept,
        eventAge,
        access,
        control,
        resources,
        listen,
        tls,
        migration);
  }

  /** Defaults and the settings file, with everything under one directory. */
  public static HostSettings under(Path directory) {
    return SettingsReader.read(
        HomeLayout.under(directory),
        Map.of("PATH", System.getenv().getOrDefault("PATH", "")),
        Map.of());
  }

  /**
   * Settings as the daemon reads them: flags before the environment before the settings file.
   *
   * @param home the directory given by a flag
   * @param environment variables of the process
   * @param userId numeric user id
   * @param flags values by key, e.g. {@code operation-limit}
   * @throws dev.berth.error.InvalidDefinitionException with everything that is wrong with the
   *     settings
   */
  public static HostSettings read(
      Optional<Path> home, Map<String, String> environment, int userId, Map<String, String> flags) {
    return SettingsReader.read(HomeLayout.of(home, environment, userId), environment, flags);
  }

  /**
   * The same for a host whose layout is known.
   *
   * @throws dev.berth.error.InvalidDefinitionException with everything that is wrong with the
   *     settings
   */
  public static HostSettings read(
      HomeLayout layout, Map<String, String> environment, Map<String, String> flags) {
    return SettingsReader.read(layout, environment, flags);
  }
}
