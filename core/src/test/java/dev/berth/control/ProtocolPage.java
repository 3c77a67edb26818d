package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code docs/control-protocol.md} in its parts. */
public final class ProtocolPage {
  private static final Path FILE = Path.of("..", "docs", "control-protocol.md");
  private static final Pattern EXAMPLES = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
  private static final String METHODS = "\n## Methods\n";
  private static final String METHOD = "\n### `";

  private final String text;

  private ProtocolPage(String text) {
    this.text = text;
  }

  /** The page as it is. */
  public static ProtocolPage read() {
    try {
      return new ProtocolPage(Files.readString(FILE));
    } catch (IOException e) {
      throw new AssertionError("cannot read " + FILE, e);
    }
  }

  void write() throws IOException {
    Files.writeString(FILE, text);
  }

  /** What stands before the methods. */
  String preface() {
    return text.substring(0, text.indexOf(METHODS));
  }

  /** The example of a reply that tells an error: there is no domain 'web-2'. */
  public JsonNode error() {
    List<JsonNode> examples = examples(preface());
    assertThat(examples).hasSize(1);
    return examples.get(0);
  }

  /** The section of each method by its name, in their order. */
  public Map<String, String> sections() {
    Map<String, String> sections = new LinkedHashMap<>();
    String[] parts = text.split(Pattern.quote(METHOD));
    for (int i = 1; i < parts.length; i++) {
      sections.put(parts[i].substring(0, parts[i].indexOf('`')), parts[i]);
    }
    return sections;
  }

  /** The messages of a method's example: the request, its reply, and what follows. */
  public List<JsonNode> example(String method) {
    return examples(sections().get(method));
  }

  static List<JsonNode> examples(String text) {
    return EXAMPLES
        .matcher(text)
        .results()
        .flatMap(match -> match.group(1).lines())
        .map(ProtocolPage::json)
        .toList();
  }

  /** The generated text of that name. */
  String table(String name) {
    Matcher found = table(name, "(.*?)").matcher(text);
    assertThat(found.find()).as("<!-- %s --> on the page", name).isTrue();
    return found.group(1);
  }

  /** The page with these generated texts in place of its own. */
  ProtocolPage with(Map<String, String> tables) {
    String changed = text;
    for (Map.Entry<String, String> each : tables.entrySet()) {
      changed =
          table(each.getKey(), ".*?")
              .matcher(changed)
              .replaceFirst(Matcher.quoteReplacement(marked(each.getKey(), each.getValue())));
    }
    return new ProtocolPage(changed);
  }

  private static Pattern table(String name, String content) {
    return Pattern.compile(marked(Pattern.quote(name), content), Pattern.DOTALL);
  }

  private static String marked(String name, String content) {
    return "<!-- " + name + " -->\n" + content + "<!-- /" + name + " -->\n";
  }

  private static JsonNode json(String line) {
    try {
      return Json.read(line.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + line, e);
    }
  }
}
