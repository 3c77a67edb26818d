package dev.berth.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line {@code vmctl}. */
@Command(
    name = "vmctl",
    description = "Runs virtual machines.",
    mixinStandardHelpOptions = true,
    versionProvider = Vmctl.Version.class)
public final class Vmctl {
  private Vmctl() {}

  /** Runs one command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Vmctl()).execute(arguments));
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Vmctl.class.getPackage().getImplementationVersion();
      return new String[] {"vmctl " + (version == null ? "(not from a jar)" : version)};
    }
  }
}
