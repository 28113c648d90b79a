/**
 * What all file formats share: {@link convlstm4j.io.file.AtomicFile}, a file that appears whole or
 * not at all, and {@link convlstm4j.io.file.FileException}, a file that cannot be used.
 */
@NullMarked
package convlstm4j.io.file;

import org.jspecify.annotations.NullMarked;
