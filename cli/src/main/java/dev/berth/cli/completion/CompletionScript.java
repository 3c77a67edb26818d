package dev.berth.cli.completion;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** A shell for which there is a completion script. */
public enum CompletionScript {
  /** Bash 4 or newer; needs no package. */
  BASH("bash"),
  /** Zsh, for a file on {@code fpath} or for {@code source}. */
  ZSH("zsh"),
  /** Fish 3 or newer, for a file in its directory of completions. */
  FISH("fish");

  private final String shell;

  CompletionScript(String shell) {
    this.shell = shell;
  }

  /** The shell's name. */
  public String shell() {
    return shell;
  }

  /** The script for those commands, without the last line's end. */
  public String of(CommandLine root) {
    List<Shape> shapes = Shape.all(root);
    return switch (this) {
      case BASH -> new BashScript(shapes).text();
      case ZSH -> new ZshScript(shapes).text();
      case FISH -> new FishScript(shapes).text();
    };
  }

  /** The names of all options that a value follows, once each. */
  static List<String> valued(List<Shape> shapes) {
    List<String> names = new ArrayList<>();
    for (Shape shape : shapes) {
      for (Shape.Option option : shape.options()) {
        if (option.takesValue() && !names.containsAll(option.names())) {
          names.addAll(option.names());
        }
      }
    }
    return names;
  }

  /** The first words that are followed by a second. */
  static List<String> groups(List<Shape> shapes) {
    List<String> groups = new ArrayList<>();
    for (Shape shape : shapes) {
      if (!shape.path().isEmpty() && !shape.next().isEmpty()) {
        groups.add(shape.path());
      }
    }
    return groups;
  }
}
