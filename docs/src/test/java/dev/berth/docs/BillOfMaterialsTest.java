package dev.berth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** The BOM lists every jar that is published, in its own version, and nothing else. */
final class BillOfMaterialsTest {
  private static final Path ROOT = Path.of("..");
  private static final Path BOM = ROOT.resolve("config/bom/pom.xml");

  @Test
  void everyPublishedJarIsListedInTheVersionOfTheBom() throws Exception {
    Set<String> published = new TreeSet<>();
    for (Element module : descendants(read(ROOT.resolve("pom.xml")), "module")) {
      Element pom = read(ROOT.resolve(module.getTextContent()).resolve("pom.xml"));
      if (isPublishedJar(pom)) {
        String name = "dev.berth:" + child(pom, "artifactId");
        published.add(name + ":jar");
        descendants(pom, "goal").stream()
            .filter(goal -> goal.getTextContent().equals("test-jar"))
            .forEach(goal -> published.add(name + ":test-jar"));
      }
    }

    Element bom = read(BOM);
    List<Element> listed = descendants(bom, "dependency");
    assertThat(listed)
        .extracting(
            each ->
                child(each, "groupId")
                    + ":"
                    + child(each, "artifactId")
                    + ":"
                    + (child(each, "type").isEmpty() ? "jar" : child(each, "type")))
        .containsExactlyInAnyOrderElementsOf(published)
        .contains("dev.berth:berth-config:jar", "dev.berth:berth-core:test-jar");
    assertThat(listed)
        .extracting(each -> child(each, "version"))
        .containsOnly("${project.version}");
  }

  /**
   * It has no parent to take the version from, because importing it would import the parent's too.
   */
  @Test
  void theBomHasTheVersionOfTheJarsAndBringsNothingElse() throws Exception {
    Element bom = read(BOM);

    assertThat(child(bom, "version")).isEqualTo(child(read(ROOT.resolve("pom.xml")), "version"));
    assertThat(child(bom, "packaging")).isEqualTo("pom");
    assertThat(descendants(bom, "parent")).isEmpty();
  }

  private static boolean isPublishedJar(Element pom) {
    return !child(pom, "packaging").equals("pom")
        && descendants(pom, "maven.deploy.skip").isEmpty();
  }

  private static Element read(Path pom) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(pom.toFile())
        .getDocumentElement();
  }

  /** The text of the element's own child of that name; empty when there is none. */
  private static String child(Element parent, String name) {
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node.getNodeName().equals(name)) {
        return node.getTextContent();
      }
    }
    return "";
  }

  private static List<Element> descendants(Element parent, String name) {
    NodeList nodes = parent.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }
}
