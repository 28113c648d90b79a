/**
 * Folders of videos with scores per frame: {@link convlstm4j.data.folder.VideoFolder} is a folder
 * of {@code trailer_{id}.npy} files and their labels as a {@link convlstm4j.data.Dataset}; {@link
 * convlstm4j.data.folder.FolderException} is what is wrong with one.
 */
@NullMarked
package convlstm4j.data.folder;

import org.jspecify.annotations.NullMarked;
