# A static program in an otherwise empty image.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/occigate ./cmd/occigate
RUN mkdir -p /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/occigate /occigate
# The embedded store is written here.
COPY --from=build --chown=65532:65532 /out/data /var/lib/occigate
WORKDIR /var/lib/occigate
USER 65532:65532
EXPOSE 8787
ENTRYPOINT ["/occigate"]
CMD ["serve", "--config", "/etc/occigate/occigate.yaml"]
