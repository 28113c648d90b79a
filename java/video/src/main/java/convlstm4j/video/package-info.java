/**
 * Frames of video files (mp4, mkv, avi, webm, mov, gif ..) and of folders of pictures, decoded by
 * the {@code ffmpeg} program. {@link convlstm4j.video.VideoFile} is the way in.
 */
@NullMarked
package convlstm4j.video;

import org.jspecify.annotations.NullMarked;
