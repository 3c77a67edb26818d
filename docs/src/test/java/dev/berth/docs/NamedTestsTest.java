package dev.berth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pages that say which tests hold something name tests that exist. */
final class NamedTestsTest {
  private static final Pattern NAMED_TEST = Pattern.compile("`(\\w+Test)#(\\w+)`");
  private static final Path PAGES = Path.of("").toAbsolutePath();

  @Test
  void everyTestThatAPageNamesExists() throws IOException {
    Map<String, List<Path>> tests = testClasses();
    List<String> missing = new ArrayList<>();
    for (Path page : pages()) {
      for (MatchResult named : NAMED_TEST.matcher(Files.readString(page)).results().toList()) {
        if (!isDeclared(tests.getOrDefault(named.group(1), List.of()), named.group(2))) {
          missing.add(page.getFileName() + ": " + named.group());
        }
      }
    }

    assertThat(missing).isEmpty();
  }

  @Test
  void everyPromiseHasItsTestsOrSaysThatItIsComing() throws IOException {
    String[] promises = Files.readString(PAGES.resolve("promises.md")).split("\n## ");

    assertThat(promises).hasSize(7);
    for (int i = 1; i < promises.length; i++) {
      assertThat(promises[i]).startsWith(i + " ");
      boolean kept = promises[i].contains("Today:");
      assertThat(kept || promises[i].contains("Coming:")).as(promises[i]).isTrue();
      assertThat(NAMED_TEST.matcher(promises[i]).find()).as(promises[i]).isEqualTo(kept);
    }
  }

  /** Two modules may have a class of one name. */
  private static boolean isDeclared(List<Path> sources, String method) throws IOException {
    for (Path source : sources) {
      if (Files.readString(source).contains(" void " + method + "(")) {
        return true;
      }
    }
    return false;
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.list(PAGES)) {
      return files.filter(file -> file.toString().endsWith(".md")).toList();
    }
  }

  /** The sources of test classes in all modules, by simple name. */
  private static Map<String, List<Path>> testClasses() throws IOException {
    try (Stream<Path> files = Files.walk(PAGES.getParent())) {
      return files
          .filter(file -> file.toString().contains("/src/test/java/"))
          .filter(file -> !file.startsWith(PAGES.getParent().resolve("target")))
          .filter(file -> file.toString().endsWith("Test.java"))
          .collect(
              Collectors.groupingBy(file -> file.getFileName().toString().replace(".java", "")));
    }
  }
}
