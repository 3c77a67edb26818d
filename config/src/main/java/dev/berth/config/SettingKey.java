package dev.berth.config;

/**
 * What can be set, by the names used in the settings file, the environment and on the command line.
 */
enum SettingKey {
  QEMU(
      "qemu",
      "",
      "QEMU binaries to use, absolute paths separated by ':' (a list in YAML); the first is the"
          + " default. Empty looks along PATH."),
  OPERATION_LIMIT("operation-limit", "64", "Starts under way at once, 1 to 1000."),
  LAUNCH_TIMEOUT("launch-timeout", "60s", "How long QEMU may take until its machine is assembled."),
  HEARTBEAT("heartbeat", "5s", "How often an idle machine is asked for its status."),
  OVERDUE("overdue", "2s", "Age of an unanswered command at which QEMU is probed."),
  REAP_GRACE("reap-grace", "10s", "How long QEMU may take to end after its guest has."),
  SAMPLING(
      "sampling",
      "5s",
      "How often machines' figures are taken, for 'vmctl stats' and 'top'; 'off' for never."),
  EVENTS_KEPT("events-kept", "100000", "Events kept at most, 100 to 10000000."),
  EVENTS_AGE("events-age", "30d", "Age at which an event is dropped."),
  ACCESS(
      "access",
      "",
      "Who may use the control socket besides the host's user and root: names of users, and of"
          + " groups after '@', such as 'alice, @kvm'."),
  ACCESS_READ_ONLY(
      "access-read-only", "", "Who may look and change nothing, named in the same way."),
  LISTEN(
      "listen",
      "",
      "Where to listen for clients on other machines, over TLS with certificates on both ends, such"
          + " as tls://192.0.2.1 or tls://0.0.0.0:16520. Empty listens nowhere."),
  TLS_CA(
      "tls-ca",
      "",
      "PEM file of the authorities whose certificates are believed. Empty is ca.pem in the"
          + " directory tls beside the settings file."),
  TLS_CERTIFICATE(
      "tls-certificate",
      "",
      "PEM file of this host's certificate, to show to clients and to other hosts. Empty is"
          + " cert.pem there."),
  TLS_KEY(
      "tls-key",
      "",
      "PEM file of its private key, which nobody else may read. Empty is key.pem there."),
  TLS_ACCESS(
      "tls-access",
      "",
      "Whose certificates may do everything: whole subjects or alternative names, such as"
          + " 'CN=ops,O=Example; host-b.example' (a list in YAML). An authority's signature alone"
          + " opens nothing."),
  TLS_ACCESS_READ_ONLY(
      "tls-access-read-only",
      "",
      "Whose certificates may look and change nothing, named in the same way."),
  TLS_HOSTS(
      "tls-hosts",
      "",
      "Whose certificates are those of hosts that are trusted like this one, named in the same way:"
          + " they may do everything, and have this host take machines of theirs."),
  MIGRATION_ADDRESS(
      "migration-address",
      "",
      "Address of this host at which machines of hosts elsewhere come in, which is told to those."
          + " Empty is that of 'listen', and the one by which this host was reached."),
  MIGRATION_PORTS(
      "migration-ports",
      "49152-49215",
      "Ports of TCP of which each machine that comes in from elsewhere takes one for that time,"
          + " and one more for images that it brings along; a domain that is shut off takes one for"
          + " its images.");

  private final String text;
  private final String fallback;
  private final String meaning;

  SettingKey(String text, String fallback, String meaning) {
    this.text = text;
    this.fallback = fallback;
    this.meaning = meaning;
  }

  /** The key in the settings file and in {@code --set KEY=VALUE}. */
  String text() {
    return text;
  }

  /** The environment variable. */
  String variable() {
    return "BERTH_" + name();
  }

  /** What stands between the parts of a list that the settings file has. */
  String separator() {
    return switch (this) {
      case ACCESS, ACCESS_READ_ONLY -> ",";
      case TLS_ACCESS, TLS_ACCESS_READ_ONLY, TLS_HOSTS -> ";";
      case QEMU,
          OPERATION_LIMIT,
          LAUNCH_TIMEOUT,
          HEARTBEAT,
          OVERDUE,
          REAP_GRACE,
          SAMPLING,
          EVENTS_KEPT,
          EVENTS_AGE,
          LISTEN,
          TLS_CA,
          TLS_CERTIFICATE,
          TLS_KEY,
          MIGRATION_ADDRESS,
          MIGRATION_PORTS ->
          ":";
    };
  }

  /** The value when nobody says otherwise. */
  String fallback() {
    return fallback;
  }

  String meaning() {
    return meaning;
  }
}
