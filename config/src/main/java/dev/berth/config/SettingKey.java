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
      "access-read-only", "", "Who may look and change nothing, named in the same way.");

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

  /** The value when nobody says otherwise. */
  String fallback() {
    return fallback;
  }

  String meaning() {
    return meaning;
  }
}
