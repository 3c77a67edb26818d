package dev.berth.cli.completion;

import java.util.ArrayList;
import java.util.List;

/** The script for zsh, which shows what words and options mean. */
final class ZshScript {
  private static final String BEGINNING =
      """
      #compdef vmctl
      # Completes vmctl in zsh. Written by 'vmctl completion zsh'.
      _vmctl() {
        local cur=${words[CURRENT]} prev=${words[CURRENT-1]} command= word i
        local -a host entries
        for ((i = 2; i < CURRENT; i++)); do
          word=${words[i]}
          case $word in
            --home=* | --connect=*) host+=("$word") ;;
            %s)
              ((i++))
              [[ $word != --home && $word != --connect || $i -ge CURRENT ]] ||
                host+=("$word" "${words[i]}")
              ;;
            -*) ;;
            *)
              case $command in
                '') command=$word ;;
                %s) command+=" $word" ;;
              esac
              ;;
          esac
        done
        if [[ $cur == --*=* ]]; then
          prev=${cur%%%%=*}
          compset -P '*='
          cur=${cur#*=}
        fi
      """;
  private static final String END =
      """
      }
      if [[ ${funcstack[1]-} == _vmctl ]]; then
        _vmctl "$@"
      else
        compdef _vmctl vmctl
      fi""";

  private final List<Shape> shapes;
  private final StringBuilder script = new StringBuilder();

  ZshScript(List<Shape> shapes) {
    this.shapes = shapes;
  }

  String text() {
    String valued = String.join(" | ", CompletionScript.valued(shapes));
    String groups = String.join(" | ", CompletionScript.groups(shapes));
    script.append(BEGINNING.formatted(valued, groups));
    script.append("  case $command in\n");
    for (Shape shape : shapes) {
      shape.aliases().forEach(alias -> branch(alias, "command=" + shape.path()));
    }
    script.append("  esac\n  case $command/$prev in\n");
    for (Shape shape : shapes) {
      values(shape);
    }
    script.append("  esac\n  case $command/$cur in\n");
    for (Shape shape : shapes) {
      rest(shape);
    }
    return script.append("  esac\n").append(END).toString();
  }

  private void values(Shape shape) {
    for (Shape.Option option : shape.options()) {
      if (option.takesValue()) {
        List<String> patterns = new ArrayList<>();
        option.names().forEach(name -> patterns.add("'" + shape.path() + "/" + name + "'"));
        branch(String.join(" | ", patterns), action(option.value()) + "; return");
      }
    }
  }

  private void rest(Shape shape) {
    List<Shape.Described> options = new ArrayList<>();
    for (Shape.Option option : shape.options()) {
      option.names().forEach(name -> options.add(new Shape.Described(name, option.summary())));
    }
    branch("'" + shape.path() + "/'-*", described("-o option", options));
    branch(
        "'" + shape.path() + "/'*",
        shape.next().isEmpty() ? action(shape.argument()) : described("command", shape.next()));
  }

  private void branch(String pattern, String action) {
    script.append("    " + pattern + ") " + action + " ;;\n");
  }

  private String action(Value value) {
    return switch (value.kind()) {
      case NONE -> ":";
      case DOMAIN -> "compadd -- ${(f)\"$(vmctl $host completion names 2>/dev/null)\"}";
      case QMP ->
          "entries=(${(f)\"$(vmctl $host completion qmp -- ${words[2,CURRENT-1]} 2>/dev/null)\"});"
              + " compadd -S '' -- ${(M)entries:#*=}; compadd -- ${entries:#*=}";
      case FILE -> "_files";
      case DIRECTORY -> "_files -/";
      case COMMAND -> described("command", shapes.get(0).next());
      case WORDS -> "compadd -- " + String.join(" ", value.words());
    };
  }

  private static String described(String kind, List<Shape.Described> entries) {
    StringBuilder text = new StringBuilder("entries=(");
    for (Shape.Described entry : entries) {
      String summary = entry.summary().replace("'", "'\\''").replace(":", "\\:");
      text.append("'" + entry.word() + ":" + summary + "' ");
    }
    text.setLength(text.length() - 1);
    return text + "); _describe " + kind + " entries";
  }
}
