/**
 * The {@code ffmpeg} program of {@code org.bytedeco:ffmpeg}, for machines where none is installed.
 */
@NullMarked
package convlstm4j.ffmpeg;

import org.jspecify.annotations.NullMarked;
