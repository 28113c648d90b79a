#!/usr/bin/env python3
"""Makes models whose frames go through an image network of Keras's own under TimeDistributed, then an LSTM: files, outputs,
and two epochs of training with the network frozen, of VGG16 also unfrozen. Weights are random, so nothing is downloaded.

    KERAS-RUN/run.sh RELEASE tests/src/test/python/make_backbones.py FOLDER [NAME ...]

BackbonesTest runs it where KERAS-RUN is, and reads what it made. Nothing of it is committed: VGG16 alone has 15 million weights.
"""
import sys

import keras_case
import keras
from keras import layers as L

A = keras.applications
NETWORKS = dict(
    MobileNet=lambda **o: A.MobileNet(alpha=0.25, **o),
    MobileNetV2=lambda **o: A.MobileNetV2(alpha=0.35, **o),
    VGG16=lambda **o: A.VGG16(**o),
    ResNet50=lambda **o: A.ResNet50(**o),
    EfficientNetB0=lambda **o: A.EfficientNetB0(**o),
)
SIZE, STEPS, SAMPLES = 32, 2, 4


class Backbones(keras_case.Cases):
    def weights(self, model):
        """As they begin, with statistics and factors that say something."""
        found = []
        for v, w in zip(model.weights, model.get_weights()):
            noise = self.r.random(w.shape).astype("float32")
            found.append(w + 0.2 * noise if any(n in v.path for n in ("gamma", "beta", "moving")) else w)
        return found


def make(folder, names):
    keras.utils.set_random_seed(5)
    cases = Backbones(folder, "backbone", 17)
    x = cases.r.random((SAMPLES, STEPS, SIZE, SIZE, 3)).astype("float32")
    for name in names or NETWORKS:
        for frozen in (True, False):
            network = NETWORKS[name](weights=None, include_top=False, pooling="avg", input_shape=(SIZE, SIZE, 3))
            network.trainable = not frozen
            clip = L.Input((STEPS, SIZE, SIZE, 3))
            y = L.Dense(2)(L.LSTM(4)(L.TimeDistributed(network)(clip)))
            model = keras.Model(clip, y)
            start = name + ("_frozen" if frozen else "")
            # EfficientNet drops whole branches in training, at random. Statistics of four images of one pixel, through fifty
            # normalisations: a change of the input by 1e-7 moves Keras's own loss by 2e-5 at once, so the others train frozen.
            trains = name == "VGG16" or frozen and name != "EfficientNetB0"
            cases.add(start, model, None, x, "mse" if trains else None, rate=0.01)
            model.save(cases.path(cases.rows[-1]["file"].replace(".keras", ".last.h5")))
    cases.write()


if __name__ == "__main__":
    make(sys.argv[1], sys.argv[2:])
