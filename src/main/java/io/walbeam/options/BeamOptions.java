package io.walbeam.options;

import java.beans.Introspector;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.PipelineOptionsRegistrar;

/**
 * The options that come with Beam and its runners. Beam examines all of them again for each of
 * their two dozen interfaces when it is first asked for any, which is a third of the start of a
 * short run. So it is shown them once one of them is given.
 */
final class BeamOptions {
  private static final String SERVICE =
      "META-INF/services/" + PipelineOptionsRegistrar.class.getName();

  private BeamOptions() {}

  static {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(new WithoutRegistrars(BeamOptions.class.getClassLoader()));
    try {
      // Whatever is asked first: the factory looks for registrars then, and never again.
      PipelineOptionsFactory.getRegisteredOptions();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Finds everything but who registers options. */
  private static final class WithoutRegistrars extends ClassLoader {
    WithoutRegistrars(ClassLoader parent) {
      super(parent);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return name.equals(SERVICE) ? Collections.emptyEnumeration() : super.getResources(name);
    }
  }

  /** Makes options of walbeam's known to Beam. */
  static void register(Class<? extends PipelineOptions> type) {
    PipelineOptionsFactory.register(type);
  }

  /** Makes what is on the class path known to Beam if one of these options is not known yet. */
  static void registerFor(Collection<String> names) {
    if (!namesOf(PipelineOptionsFactory.getRegisteredOptions()).containsAll(names)) {
      onTheClassPath().forEach(PipelineOptionsFactory::register);
    }
  }

  /** The names of all options that are on the class path or were registered. */
  static Set<String> names() {
    Set<String> names = namesOf(PipelineOptionsFactory.getRegisteredOptions());
    names.addAll(namesOf(onTheClassPath()));
    return names;
  }

  private static List<Class<? extends PipelineOptions>> onTheClassPath() {
    List<Class<? extends PipelineOptions>> types = new ArrayList<>();
    ServiceLoader.load(PipelineOptionsRegistrar.class, BeamOptions.class.getClassLoader())
        .forEach(registrar -> registrar.getPipelineOptions().forEach(types::add));
    return types;
  }

  private static Set<String> namesOf(Collection<Class<? extends PipelineOptions>> types) {
    Set<String> names = new TreeSet<>();
    for (Class<? extends PipelineOptions> type : types) {
      for (Method method : type.getMethods()) {
        String name = method.getName();
        if (name.startsWith("set") && method.getParameterCount() == 1 && name.length() > 3) {
          names.add(Introspector.decapitalize(name.substring(3)));
        }
      }
    }
    return names;
  }
}
