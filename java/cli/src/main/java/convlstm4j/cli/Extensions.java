package convlstm4j.cli;

import convlstm4j.io.file.InputFile;
import convlstm4j.layer.CustomLayers;
import convlstm4j.model.Extension;
import convlstm4j.objective.CustomMetrics;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * The user's own kinds of layers and metrics.
 *
 * @param layers of all extensions
 * @param metrics of all extensions
 */
record Extensions(CustomLayers layers, CustomMetrics metrics) {
  /** In it a jar or folder names its extensions. */
  private static final String SERVICE = "META-INF/services/" + Extension.class.getName();

  /**
   * Those on the program's own class path and in jars.
   *
   * @param classpath jars or folders, separated as on Java's class path; empty for none
   * @throws IllegalArgumentException if one is absent, or none has an extension
   */
  static Extensions load(String classpath) {
    CustomLayers layers = CustomLayers.none();
    CustomMetrics metrics = CustomMetrics.none();
    List<String> classes = new ArrayList<>();
    ClassLoader own = Extensions.class.getClassLoader();
    // Not closed: layers may need further classes of the jar as long as the program runs.
    ClassLoader all = classpath.isEmpty() ? own : new URLClassLoader(urls(classpath), own);
    try {
      for (Extension e : ServiceLoader.load(Extension.class, all)) {
        layers = layers.and(e.layers());
        metrics = metrics.and(e.metrics());
        if (e.getClass().getClassLoader() != own) {
          classes.add(e.getClass().getName());
        }
      }
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new IllegalArgumentException(
          "--classpath " + classpath + ": an extension cannot be loaded: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--classpath " + classpath + ": " + e.getMessage(), e);
    }
    if (!classpath.isEmpty() && classes.isEmpty()) {
      throw new IllegalArgumentException(
          "--classpath "
              + classpath
              + ": has no extension: expected a file "
              + SERVICE
              + " that names a class");
    }
    return new Extensions(layers, metrics);
  }

  private static URL[] urls(String classpath) {
    List<URL> urls = new ArrayList<>();
    for (String word : classpath.split(File.pathSeparator, -1)) {
      Path path = Path.of(word);
      if (word.isEmpty() || !Files.exists(path)) {
        throw new IllegalArgumentException(
            "--classpath " + classpath + ": there is no file \"" + word + "\"");
      }
      // What Java opens by itself: a named pipe would be waited for, for ever.
      Path opened = Files.isDirectory(path) ? path.resolve(SERVICE) : path;
      try {
        if (Files.exists(opened)) {
          InputFile.checked(opened);
        }
        urls.add(path.toUri().toURL());
      } catch (IOException e) {
        throw new IllegalArgumentException("--classpath " + opened + ": " + e.getMessage(), e);
      }
    }
    return urls.toArray(URL[]::new);
  }
}
