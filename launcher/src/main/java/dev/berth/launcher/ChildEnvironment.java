package dev.berth.launcher;

import java.util.Map;

/** The environment of the programs we start: none of ours, so that nothing of it can leak in. */
final class ChildEnvironment {
  private ChildEnvironment() {}

  /** Leaves only what a program needs to find others and to speak English to our log. */
  static void clean(Map<String, String> environment) {
    environment.clear();
    environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("LC_ALL", "C");
  }
}
