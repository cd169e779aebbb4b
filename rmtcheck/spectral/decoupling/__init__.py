r"""How weights that see the samples differ from weights that do not, at order 1/N.

:math:`H=\frac1N\sum_n\lambda(Vx_n)x_nx_n^\top` and its decoupled copy :math:`\tilde H`, whose
weights are those of an independent sample, have the same limit law, of the transform s. With k
fields, :math:`Vx_n\to w\sim N(0,I_k)`, the rest of the difference lives in k dimensions. In the
dual variable :math:`u=-1/(\gamma s)`, with the law :math:`\nu` of the weights and the matrix of
signed measures :math:`M(d\lambda)=\mathbb E[(ww^\top-I);\,\lambda(w)\in d\lambda]`,

.. math:: D(u)=I+s\,(T-tI)=I-\frac1\gamma\int\frac\lambda{u-\lambda}dM,\qquad
          \lim N\bigl(\mathbb Es_H-\mathbb Es_{\tilde H}\bigr)
          =-\frac1{\gamma\,x'(u)}\operatorname{tr}D^{-1}D',

where :math:`h=\lambda/(1+\gamma\lambda s)`, :math:`T=\mathbb E[h\,ww^\top]`,
:math:`t=\mathbb E[h]`. A real u outside the support with :math:`\det D(u)=0` is the dual point of
an eigenvalue of H, and of none of :math:`\tilde H`.

*Derivation.* Rotate the row space of V to the first k coordinates: :math:`x_n=(w_n,y_n)`, and the
weights see :math:`w_n` only, up to :math:`VV^\top\to I`. With
:math:`A=\frac1N\sum\lambda ww^\top`, :math:`B=\frac1N\sum\lambda wy^\top`, and the resolvent G of
:math:`\frac1N\sum\lambda yy^\top`,

.. math:: \operatorname{tr}(H-z)^{-1}=\operatorname{tr}G-\frac d{dz}\log\det S,\qquad
          S=A-z-BGB^\top\to T-z,

by the Schur complement. For :math:`\tilde H` the :math:`w_n` in A and B are independent of the
weights, and the limit of S is :math:`(t-z)I=I/s`; the rest has the same law. The ratio of the two
determinants is that of D, and :math:`s=-1/(\gamma u)`, :math:`dz=x'(u)\,du`.
"""
