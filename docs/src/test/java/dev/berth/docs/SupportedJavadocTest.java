package dev.berth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Every supported type, and whatever others can use of it, says what it is or does. */
final class SupportedJavadocTest {
  private static final Path ROOT = Path.of("..");

  @Test
  void everySupportedTypeAndMemberIsDescribed() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> silent = new ArrayList<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources()));
      DocTrees docs = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        new Silent(docs, silent).scan(unit, null);
      }
    }

    assertThat(silent).isEmpty();
  }

  private static List<Path> sources() throws IOException {
    Set<String> names =
        SupportedTypes.all().stream()
            .map(JavaClass::getName)
            .filter(name -> !name.contains("$"))
            .map(name -> name.replace('.', '/') + ".java")
            .collect(Collectors.toSet());
    List<Path> sources = new ArrayList<>();
    for (String module : List.of("core", "config")) {
      Path main = ROOT.resolve(module).resolve("src/main/java");
      names.stream().map(main::resolve).filter(Files::exists).forEach(sources::add);
    }
    assertThat(sources).hasSameSizeAs(names);
    return sources;
  }

  /** Collects what has no comment. */
  private static final class Silent extends TreePathScanner<Void, Void> {
    private final DocTrees docs;
    private final List<String> silent;

    Silent(DocTrees docs, List<String> silent) {
      this.docs = docs;
      this.silent = silent;
    }

    @Override
    public Void visitClass(ClassTree type, Void nothing) {
      if (!isVisible(type.getModifiers().getFlags())) {
        return null;
      }
      check(type.getSimpleName().toString());
      if (type.getKind() == Tree.Kind.RECORD) {
        checkComponents(type);
      }
      return super.visitClass(type, nothing);
    }

    @Override
    public Void visitMethod(MethodTree method, Void nothing) {
      boolean isOverride =
          method.getModifiers().getAnnotations().stream()
              .anyMatch(each -> each.getAnnotationType().toString().equals("Override"));
      boolean isConstructor = method.getName().contentEquals("<init>");
      if (isVisible(method.getModifiers().getFlags()) && !isOverride && !isConstructor) {
        check(method.getName().toString());
      }
      return null;
    }

    @Override
    public Void visitVariable(VariableTree field, Void nothing) {
      if (isVisible(field.getModifiers().getFlags())) {
        check(field.getName().toString());
      }
      return null;
    }

    /** The comment of a record of more than two has a word on each component. */
    private void checkComponents(ClassTree record) {
      DocCommentTree comment = docs.getDocCommentTree(getCurrentPath());
      Stream<String> documented =
          comment == null
              ? Stream.of()
              : comment.getBlockTags().stream()
                  .filter(ParamTree.class::isInstance)
                  .map(tag -> ((ParamTree) tag).getName().toString());
      Set<String> known = documented.collect(Collectors.toSet());
      List<String> components =
          record.getMembers().stream()
              .filter(VariableTree.class::isInstance)
              .map(VariableTree.class::cast)
              .filter(member -> !member.getModifiers().getFlags().contains(Modifier.STATIC))
              .map(member -> member.getName().toString())
              .toList();
      if (components.size() > 2) {
        components.stream()
            .filter(component -> !known.contains(component))
            .forEach(component -> silent.add(record.getSimpleName() + "." + component));
      }
    }

    private boolean isVisible(Set<Modifier> flags) {
      TreePath parent = getCurrentPath().getParentPath();
      boolean inInterface = parent.getLeaf().getKind() == Tree.Kind.INTERFACE;
      return inInterface
          ? !flags.contains(Modifier.PRIVATE)
          : flags.contains(Modifier.PUBLIC) || flags.contains(Modifier.PROTECTED);
    }

    private void check(String name) {
      String comment = docs.getDocComment(getCurrentPath());
      if (comment == null || comment.isBlank()) {
        silent.add(place(name));
      }
    }

    private String place(String name) {
      String where = getCurrentPath().getCompilationUnit().getSourceFile().getName();
      return where.substring(where.lastIndexOf('/') + 1) + ": " + name;
    }
  }
}
