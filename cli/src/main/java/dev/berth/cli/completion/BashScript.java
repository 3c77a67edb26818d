package dev.berth.cli.completion;

import java.util.ArrayList;
import java.util.List;

/** The script for bash, which takes {@code --home=/srv} apart into three words. */
final class BashScript {
  private static final String BEGINNING =
      """
      # Completes vmctl in bash. Written by 'vmctl completion bash'.
      _vmctl() {
        local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= word i host=()
        COMPREPLY=()
        [[ $cur != = ]] || cur=
        [[ $prev != = ]] || prev=${COMP_WORDS[COMP_CWORD-2]}
        for ((i = 1; i < COMP_CWORD; i++)); do
          word=${COMP_WORDS[i]}
          case $word in
            %s)
              [[ ${COMP_WORDS[i+1]} != = ]] || ((i++))
              ((i++))
              [[ $word != --home && $word != --connect || $i -ge COMP_CWORD ]] ||
                host+=("$word" "${COMP_WORDS[i]}")
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
      """;
  private static final String END =
      """
      }
      complete -F _vmctl vmctl""";

  private final List<Shape> shapes;
  private final StringBuilder script = new StringBuilder();

  BashScript(List<Shape> shapes) {
    this.shapes = shapes;
  }

  String text() {
    String valued = String.join(" | ", CompletionScript.valued(shapes));
    String groups = String.join(" | ", CompletionScript.groups(shapes));
    script.append(BEGINNING.formatted(valued, groups));
    aliases();
    script.append("  case $command/$prev in\n");
    for (Shape shape : shapes) {
      values(shape);
    }
    script.append("  esac\n  case $command/$cur in\n");
    for (Shape shape : shapes) {
      rest(shape);
    }
    return script.append("  esac\n").append(END).toString();
  }

  private void aliases() {
    script.append("  case $command in\n");
    for (Shape shape : shapes) {
      for (String alias : shape.aliases()) {
        script.append("    " + alias + ") command=" + shape.path() + " ;;\n");
      }
    }
    script.append("  esac\n");
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
    List<String> options = new ArrayList<>();
    shape.options().forEach(option -> options.addAll(option.names()));
    branch("'" + shape.path() + "/'-*", words(options));
    List<String> next = new ArrayList<>();
    shape.next().forEach(each -> next.add(each.word()));
    branch("'" + shape.path() + "/'*", next.isEmpty() ? action(shape.argument()) : words(next));
  }

  private void branch(String pattern, String action) {
    script.append("    " + pattern + ") " + action + " ;;\n");
  }

  private String action(Value value) {
    return switch (value.kind()) {
      case NONE -> ":";
      case DOMAIN ->
          "COMPREPLY=($(compgen -W \"$(vmctl \"${host[@]}\" completion names 2>/dev/null)\""
              + " -- \"$cur\"))";
      case QMP ->
          "[[ ${COMP_WORDS[COMP_CWORD]} == = || $prev != \"${COMP_WORDS[COMP_CWORD-1]}\" ]] ||"
              + " mapfile -t COMPREPLY < <(compgen -W \"$(vmctl \"${host[@]}\" completion qmp --"
              + " \"${COMP_WORDS[@]:1:COMP_CWORD-1}\" 2>/dev/null)\" -- \"$cur\");"
              + " [[ ${COMPREPLY-} != *= ]] || compopt -o nospace 2>/dev/null";
      case FILE -> files("-f");
      case DIRECTORY -> files("-d");
      case COMMAND -> words(shapes.get(0).next().stream().map(Shape.Described::word).toList());
      case WORDS -> words(value.words());
    };
  }

  private static String files(String which) {
    return "compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen "
        + which
        + " -- \"$cur\")";
  }

  private static String words(List<String> words) {
    return "COMPREPLY=($(compgen -W '" + String.join(" ", words) + "' -- \"$cur\"))";
  }
}
