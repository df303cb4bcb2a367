package io.walbeam;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Top-level classes that need each other. A type that names its own implementations, as one with a
 * factory method does, is one thing with them.
 */
final class ClassCycles {
  private final Map<String, Set<String>> needs = new TreeMap<>();
  private final Set<String> done = new HashSet<>();
  private final Deque<String> path = new ArrayDeque<>();
  private final List<String> cycles = new ArrayList<>();

  private ClassCycles(JavaClasses classes) {
    for (JavaClass from : classes) {
      Set<String> targets = needs.computeIfAbsent(top(from), any -> new TreeSet<>());
      for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
        JavaClass to = dependency.getTargetClass().getBaseComponentType();
        boolean implementation = to.isAssignableTo(from.getName());
        if (classes.contain(to.getName()) && !implementation && !top(to).equals(top(from))) {
          targets.add(top(to));
        }
      }
    }
  }

  /** Each cycle as the classes on its way. */
  static List<String> of(JavaClasses classes) {
    ClassCycles cycles = new ClassCycles(classes);
    cycles.needs.keySet().forEach(cycles::visit);
    return cycles.cycles;
  }

  private void visit(String name) {
    if (path.contains(name)) {
      List<String> way = new ArrayList<>(path);
      cycles.add(String.join(" needs ", way.subList(way.indexOf(name), way.size())));
      return;
    }
    if (!done.add(name)) {
      return;
    }
    path.addLast(name);
    needs.getOrDefault(name, Set.of()).forEach(this::visit);
    path.removeLast();
  }

  private static String top(JavaClass type) {
    String name = type.getName();
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }
}
