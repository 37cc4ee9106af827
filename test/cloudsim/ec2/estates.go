package ec2

import (
	"fmt"
	"time"
)

const day = 24 * time.Hour

// Shop is a believable small estate: a web shop with its data, its tools, and
// what people forget to clean up. It needs quotas of at least 11 instances and
// 2 addresses.
func Shop() Estate {
	debian, ubuntu := "debian-12-amd64*", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64*"
	shop := map[string]string{"Project": "shop", "Environment": "production"}
	test := map[string]string{"Project": "shop", "Environment": "test"}
	return Estate{
		Keys: []Key{{"ops", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ops@example.org"}},
		Servers: []Server{
			{Name: "shop-web-1", Image: debian, Type: "t3.small", Zone: "a", Age: 92 * day, Key: "ops", Address: true, Tags: shop},
			{Name: "shop-web-2", Image: debian, Type: "t3.small", Zone: "b", Age: 92 * day, Key: "ops", Tags: shop},
			{Name: "shop-db", Image: debian, Type: "r5.large", Zone: "a", Age: 203 * day, Key: "ops", Tags: shop},
			{Name: "shop-cache", Image: "al2023-ami-*-arm64", Type: "m6g.large", Zone: "a", Age: 61 * day, Key: "ops", Tags: shop},
			{Name: "shop-test", Image: ubuntu, Type: "t3.micro", Zone: "b", State: "stopped", Age: 30 * day, Key: "ops", Tags: test},
			{Name: "build-runner", Image: ubuntu, Type: "c5.xlarge", Zone: "c", Age: 3 * time.Hour, Key: "ops"},
			{Name: "build-runner-arm", Image: "ubuntu/*-arm64-*", Type: "c6g.large", Zone: "c", State: "pending", Key: "ops"},
			{Name: "analytics", Image: "al2023-ami-*-x86_64", Type: "m5.2xlarge", Zone: "b", Age: 14 * day, Hibernates: true},
			{Name: "office", Image: "Windows_Server-2022-*", Type: "t3.large", Zone: "a", State: "stopping", Age: 5 * day},
			{Name: "bastion", Image: debian, Type: "t2.micro", Zone: "a", Age: 400 * day, Key: "ops"},
			{Name: "load-test", Image: ubuntu, Type: "c5.large", Zone: "a", State: "terminated", Age: 2 * time.Hour, Tags: test},
		},
		Disks: []Disk{
			{Name: "shop-db-data", GiB: 200, Zone: "a", Server: "shop-db"},
			{Name: "shop-db-log", GiB: 50, Zone: "a", Server: "shop-db", Device: "/dev/sdg"},
			{Name: "analytics-scratch", GiB: 500, Zone: "b", Server: "analytics"},
			{Name: "old-backup", GiB: 125, Type: "sc1", Zone: "a"},
			{Name: "unused", GiB: 20, Zone: "c"},
		},
		Images:        []Image{{"shop-web-2026-10", "web tier, October release", "shop-web-1"}},
		Subnets:       map[string]string{"a": "shop", "b": "back-office", "c": "build"},
		FreeAddresses: 1,
	}
}

// Crowd is an estate of n running servers named server-0001 and so on, for
// measuring.
func Crowd(n int) Estate {
	var e Estate
	for i := range n {
		e.Servers = append(e.Servers, Server{
			Name: fmt.Sprintf("server-%04d", i+1), Zone: string(zoneLetters[i%len(zoneLetters)]), Age: day,
		})
	}
	return e
}
