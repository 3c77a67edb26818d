package dev.berth.cli.completion;

import java.util.List;

/** The script for fish, which shows what words and options mean. */
final class FishScript {
  private static final String BEGINNING =
      """
      # Completes vmctl in fish. Written by 'vmctl completion fish'.
      # The command words typed so far.
      function __vmctl_command
          set -l command
          set -l skip no
          for word in (commandline -opc)[2..]
              if test $skip = yes
                  set skip no
              else if contains -- $word %s
                  set skip yes
              else if not string match -q -- '-*' $word
                  if test -z "$command"
                      set command $word
                  else if contains -- $command %s
                      set command "$command $word"
                  end
              end
          end
          switch "$command"
      %s
          end
          echo "$command"
      end
      function __vmctl_at
          test (__vmctl_command) = "$argv[1]"
      end
      function __vmctl_ask
          set -l host
          set -l words (commandline -opc)
          for i in (seq (count $words))
              switch $words[$i]
                  case '--home=*' '--connect=*'
                      set -a host $words[$i]
                  case --home --connect
                      set -a host $words[$i] $words[(math $i + 1)]
              end
          end
          vmctl $host completion $argv 2>/dev/null
      end
      complete -c vmctl -f
      """;

  private final List<Shape> shapes;
  private final StringBuilder script = new StringBuilder();

  FishScript(List<Shape> shapes) {
    this.shapes = shapes;
  }

  String text() {
    StringBuilder aliases = new StringBuilder();
    for (Shape shape : shapes) {
      for (String alias : shape.aliases()) {
        aliases.append("        case " + alias + "\n            set command " + shape.path());
      }
    }
    script.append(
        BEGINNING.formatted(
            String.join(" ", CompletionScript.valued(shapes)),
            String.join(" ", CompletionScript.groups(shapes)),
            aliases));
    for (Shape shape : shapes) {
      String complete = "complete -c vmctl -n '__vmctl_at \"" + shape.path() + "\"'";
      next(complete, shape.next());
      shape.options().forEach(option -> option(complete, option));
      if (shape.next().isEmpty() && shape.argument().kind() != Value.Kind.NONE) {
        script.append(complete + argument(shape.argument()) + "\n");
      }
    }
    return script.toString().stripTrailing();
  }

  private void next(String complete, List<Shape.Described> words) {
    for (Shape.Described each : words) {
      script.append(complete + " -a " + each.word() + " -d " + quoted(each.summary()) + "\n");
    }
  }

  private void option(String complete, Shape.Option option) {
    script.append(complete);
    for (String name : option.names()) {
      script.append(
          name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
    }
    if (option.takesValue()) {
      script.append(" -r").append(argument(option.value()));
    }
    script.append(" -d " + quoted(option.summary()) + "\n");
  }

  private String argument(Value value) {
    return switch (value.kind()) {
      case NONE -> " -f";
      case DOMAIN -> " -f -a '(__vmctl_ask names)'";
      case QMP -> " -f -a '(__vmctl_ask qmp -- (commandline -opc)[2..])'";
      case FILE -> " -F";
      case DIRECTORY -> " -f -a '(__fish_complete_directories)'";
      case COMMAND ->
          " -f -a '"
              + String.join(" ", shapes.get(0).next().stream().map(Shape.Described::word).toList())
              + "'";
      case WORDS -> " -f -a '" + String.join(" ", value.words()) + "'";
    };
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
